package io.tidemill.state.rocks;

import java.nio.charset.StandardCharsets;

/**
 * The column families. Their names and layouts are the on-disk format that {@link StoreDirectory}
 * stamps; numbers are big-endian so that byte order is numeric order. Source:
 * state-and-transactions 3.4, with the additions that versions, rollback and sessions need.
 *
 * <pre>
 * family              key                                   value
 * meta                name (ASCII)                          u64
 * state               raw key 32                            current value
 * jmt                 node key (state.merkle.NodeKey)       node (state.merkle.Node)
 * stale               tree version 8                        node keys that this version replaced
 * history             raw key 32 | wave 8                   what the wave overwrote: HistoryRow
 * undo                wave 8                                raw keys that the wave changed, 32 each
 *                     wave 8 | 01                           raw keys that it wrote as they were
 * waves               wave 8                                WaveRow
 * wave_log            wave 8                                writeback.WaveLogRow, of dirty waves only
 * receipts            wave 8 | index 4                      indexed u8 | tx hash 32 | receipt
 * receipts_by_hash    tx hash 32                            wave 8 | index 4
 * events              wave 8 | tx 4 | event 4               topics u8 | contract 32 | topic 32.. | event
 * events_by_topic     topic 32 | wave 8 | tx 4 | event 4    empty
 * events_by_contract  contract 32 | wave 8 | tx 4 | event 4 empty
 * code                Blake3(wasm) 32                       wasm
 * forks               commit id 32                          ForkRow
 * fork_values         commit id 32 | raw key 32             00 (deleted), or 01 | value
 * </pre>
 */
enum Family {
  META,
  STATE,
  JMT,
  STALE,
  HISTORY,
  UNDO,
  WAVES,
  WAVE_LOG,
  RECEIPTS,
  RECEIPTS_BY_HASH,
  EVENTS,
  EVENTS_BY_TOPIC,
  EVENTS_BY_CONTRACT,
  CODE,
  FORKS,
  FORK_VALUES;

  /** The name in the database. */
  byte[] storedName() {
    return name().toLowerCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether keys are looked up one by one, so that filters pay. */
  boolean isPointLookup() {
    return switch (this) {
      case STATE, JMT, RECEIPTS_BY_HASH, CODE, FORK_VALUES, HISTORY -> true;
      default -> false;
    };
  }

  /** Whether the values are text-like enough for compression to pay; hashes are not. */
  boolean isCompressible() {
    return switch (this) {
      case RECEIPTS, EVENTS, CODE, WAVES -> true;
      default -> false;
    };
  }
}
