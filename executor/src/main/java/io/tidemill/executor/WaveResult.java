package io.tidemill.executor;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * Everything a wave did, short of the root, which the state computes from the delta.
 *
 * @param contentHash identifies the wave's input: Blake3 over its canonical encoding
 * @param receipts one per transaction, in order
 * @param eventsRoot Merkle root of the surviving events (host-abi 6.4)
 * @param eventsBloom 256 bytes (host-abi 6.5)
 * @param receiptsDigest Merkle root of the Borsh receipts, for comparing executors; not consensus
 * @param messages queued cross-parachain messages, in order
 */
public record WaveResult(
    WaveContext context,
    Hash32 contentHash,
    List<Receipt> receipts,
    StateDelta delta,
    List<StoredCode> codes,
    Hash32 eventsRoot,
    byte[] eventsBloom,
    int eventsCount,
    Hash32 receiptsDigest,
    Totals totals,
    U128 nextBaseFee,
    List<ParachainMessage> messages) {

  /** Gas and fees of the whole wave, in units and quanta. */
  public record Totals(U128 gasUsed, U128 fees, U128 burned, U128 reward, U128 treasury) {}

  public WaveResult {
    receipts = List.copyOf(receipts);
    codes = List.copyOf(codes);
    messages = List.copyOf(messages);
  }
}
