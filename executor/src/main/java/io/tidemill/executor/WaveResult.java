package io.tidemill.executor;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateRoot;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything a wave did, short of the root, which the state computes from the delta.
 *
 * @param parentRoot the state root it was executed on
 * @param rulesHash identifies the rules it was executed under (decisions O3)
 * @param contentHash identifies the wave's input: Blake3 over its canonical encoding
 * @param settled the receipts, one per transaction, in order
 * @param eventsRoot Merkle root of the surviving events (host-abi 6.4)
 * @param eventsBloom 256 bytes (host-abi 6.5)
 * @param receiptsDigest Merkle root of the Borsh receipts, for comparing executors; not consensus
 * @param messages queued cross-parachain messages, in order
 * @param statistics what the execution cost; differs from run to run and is no part of the result
 */
public record WaveResult(
    WaveContext context,
    Hash32 parentRoot,
    Hash32 rulesHash,
    Hash32 contentHash,
    List<SettledReceipt> settled,
    StateDelta delta,
    List<StoredCode> codes,
    Hash32 eventsRoot,
    byte[] eventsBloom,
    int eventsCount,
    Hash32 receiptsDigest,
    Totals totals,
    U128 nextBaseFee,
    List<ParachainMessage> messages,
    WaveStatistics statistics) {

  /** Gas and fees of the whole wave, in units and quanta. */
  public record Totals(U128 gasUsed, U128 fees, U128 burned, U128 reward, U128 treasury) {
    /** Both together, where supply bounds the sums. */
    Totals plus(Totals more) {
      return new Totals(
          gasUsed.plus(more.gasUsed),
          fees.plus(more.fees),
          burned.plus(more.burned),
          reward.plus(more.reward),
          treasury.plus(more.treasury));
    }
  }

  /** The receipts in transaction order. */
  public List<Receipt> receipts() {
    final List<Receipt> receipts = new ArrayList<>(settled.size());
    for (SettledReceipt item : settled) {
      receipts.add(item.receipt());
    }
    return receipts;
  }

  /** The receipts in transaction order, as they are stored and digested. */
  public List<byte[]> encodedReceipts() {
    final List<byte[]> encoded = new ArrayList<>(settled.size());
    for (SettledReceipt item : settled) {
      encoded.add(item.encoded());
    }
    return encoded;
  }

  /** What is stored about the wave once the state has computed its root. */
  public WaveArtifacts artifacts(StateRoot root) {
    return artifacts(record(root).encode());
  }

  /** What is stored about the wave, under {@code waveRecord}. */
  public WaveArtifacts artifacts(byte[] waveRecord) {
    final List<WaveArtifacts.StoredReceipt> storedReceipts = new ArrayList<>(settled.size());
    final List<WaveArtifacts.StoredEvent> storedEvents = new ArrayList<>(eventsCount);
    for (SettledReceipt item : settled) {
      final Receipt receipt = item.receipt();
      storedReceipts.add(
          new WaveArtifacts.StoredReceipt(
              receipt.transactionHash(), receipt.isIndexed(), item.encoded()));
      storedEvents.addAll(item.events());
    }
    return new WaveArtifacts(waveRecord, contentHash, storedReceipts, storedEvents, codes);
  }

  /** The wave commit record once the state has computed its root. */
  public WaveRecord record(StateRoot root) {
    final List<Hash32> included = new ArrayList<>(settled.size());
    for (SettledReceipt item : settled) {
      included.add(item.receipt().transactionHash());
    }
    return new WaveRecord(
        context,
        parentRoot,
        rulesHash,
        contentHash,
        root,
        eventsRoot,
        eventsBloom,
        eventsCount,
        receiptsDigest,
        totals,
        nextBaseFee,
        included);
  }

  public WaveResult {
    settled = List.copyOf(settled);
    codes = List.copyOf(codes);
    messages = List.copyOf(messages);
  }
}
