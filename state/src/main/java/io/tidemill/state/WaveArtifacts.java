package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * What is stored beside the state when a wave commits, in the same synced batch. The bytes are
 * opaque here; their layouts are the executor's.
 *
 * @param waveRecord the wave commit record (Borsh)
 * @param contentHash identifies the wave's input, so that a duplicate is told from a conflict
 * @param receipts one per transaction, in order
 * @param events surviving events of the wave, in order
 * @param codes wasm first deployed in this wave
 */
public record WaveArtifacts(
    byte[] waveRecord,
    Hash32 contentHash,
    List<StoredReceipt> receipts,
    List<StoredEvent> events,
    List<StoredCode> codes) {
  /** A receipt; {@code indexHash} says whether the hash index points here (decisions S11). */
  public record StoredReceipt(Hash32 transactionHash, boolean indexHash, byte[] bytes) {}

  /** An event with what it is indexed by. */
  public record StoredEvent(
      int transactionIndex, int eventIndex, Hash32 contract, List<Hash32> topics, byte[] bytes) {}

  /** Raw wasm under its code hash. */
  public record StoredCode(Hash32 codeHash, byte[] wasm) {}
}
