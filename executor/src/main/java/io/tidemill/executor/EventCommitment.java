package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What a wave commits to about its events: a Merkle root and a bloom filter over the event records.
 *
 * <p>Record, Borsh: wave_id u64, tx_index u32, event_index u32, contract 32, topics vec of 32, data
 * bytes. Leaf: Blake3(record); node: Blake3(left, right); padded with 32 zero bytes to a power of
 * two; no events: 32 zero bytes. Bloom: 2,048 bits; each topic and the contract set bits
 * Blake3(item) read as three little-endian u64, each mod 2,048; bit i is bit i mod 8 of byte i / 8.
 * Source: host-abi 6.1 to 6.5.
 */
public final class EventCommitment {
  /** The length of the bloom filter. */
  public static final int BLOOM_BYTES = 256;

  private static final int BLOOM_BITS = 8 * BLOOM_BYTES;

  private EventCommitment() {}

  /** The record of one event. */
  public static byte[] encode(long waveId, int transactionIndex, int eventIndex, Event event) {
    final BorshWriter out = new BorshWriter(56 + 32 * event.topics().size() + event.data().length);
    out.u64(waveId).u32(transactionIndex).u32(eventIndex).hash32(event.contract().raw());
    out.u32(event.topics().size());
    for (Hash32 topic : event.topics()) {
      out.hash32(topic);
    }
    return out.bytes(event.data()).toBytes();
  }

  /** The leaves of all events in {@code receipts}, in order. */
  public static List<Hash32> leaves(List<Receipt> receipts) {
    final List<Hash32> leaves = new ArrayList<>();
    for (Receipt receipt : receipts) {
      int eventIndex = 0;
      for (Event event : receipt.events()) {
        leaves.add(
            Blake3.hash(encode(receipt.waveId(), receipt.transactionIndex(), eventIndex++, event)));
      }
    }
    return leaves;
  }

  /** The root over {@code leaves}. */
  public static Hash32 root(List<Hash32> leaves) {
    if (leaves.isEmpty()) {
      return Hash32.ZERO;
    }
    List<Hash32> level = leaves;
    final byte[] pair = new byte[2 * Hash32.LENGTH];
    // Zero padding: above the leaves an all-padding node is the hash of its padding.
    Hash32 padding = Hash32.ZERO;
    while (level.size() > 1) {
      final List<Hash32> above = new ArrayList<>((level.size() + 1) / 2);
      for (int i = 0; i < level.size(); i += 2) {
        above.add(node(pair, level.get(i), i + 1 < level.size() ? level.get(i + 1) : padding));
      }
      padding = node(pair, padding, padding);
      level = above;
    }
    return level.getFirst();
  }

  private static Hash32 node(byte[] pair, Hash32 left, Hash32 right) {
    left.writeTo(pair, 0);
    right.writeTo(pair, Hash32.LENGTH);
    return Blake3.hash(pair);
  }

  /** The bloom filter over all events in {@code receipts}. */
  public static byte[] bloom(List<Receipt> receipts) {
    final byte[] bloom = new byte[BLOOM_BYTES];
    for (Receipt receipt : receipts) {
      for (Event event : receipt.events()) {
        insert(bloom, event.contract().raw());
        for (Hash32 topic : event.topics()) {
          insert(bloom, topic);
        }
      }
    }
    return bloom;
  }

  private static void insert(byte[] bloom, Hash32 item) {
    final Hash32 digest = Blake3.hash(item);
    set(bloom, digest.w0());
    set(bloom, digest.w1());
    set(bloom, digest.w2());
  }

  private static void set(byte[] bloom, long bigEndianWord) {
    final int bit = (int) Long.remainderUnsigned(Long.reverseBytes(bigEndianWord), BLOOM_BITS);
    bloom[bit >>> 3] |= (byte) (1 << (bit & 7));
  }
}
