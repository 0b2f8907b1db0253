package io.tidemill.executor;

import io.tidemill.state.WaveArtifacts.StoredEvent;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * A receipt with everything that a wave takes from it: a function of the receipt and of the rules,
 * computed by the worker that ran the transaction.
 *
 * @param encoded the Borsh bytes that are stored and digested
 * @param digest Blake3 of {@code encoded}
 * @param events the events as they are stored, in order
 * @param eventDigests Blake3 of each event's record
 * @param bloomBits the bits that the events set in the bloom filter of the wave
 * @param split where the fee goes
 */
public record SettledReceipt(
    Receipt receipt,
    byte[] encoded,
    Hash32 digest,
    List<StoredEvent> events,
    List<Hash32> eventDigests,
    int[] bloomBits,
    FeeSplit split) {
  private static final int[] NO_BITS = new int[0];

  /** Settles {@code receipt}. */
  public static SettledReceipt of(Receipt receipt, Rules.Fees fees) {
    final byte[] encoded = ReceiptCodec.encode(receipt);
    final int count = receipt.events().size();
    final List<StoredEvent> events = new ArrayList<>(count);
    final List<Hash32> digests = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final Event event = receipt.events().get(i);
      final byte[] record =
          EventCommitment.encode(receipt.waveId(), receipt.transactionIndex(), i, event);
      events.add(
          new StoredEvent(
              receipt.transactionIndex(), i, event.contract().raw(), event.topics(), record));
      digests.add(Blake3.hash(record));
    }
    return new SettledReceipt(
        receipt,
        encoded,
        Blake3.hash(encoded),
        events,
        digests,
        count == 0 ? NO_BITS : EventCommitment.bloomBits(receipt.events()),
        receipt.feePaid().isZero() ? FeeSplit.NOTHING : FeeSplit.of(receipt.feePaid(), fees));
  }

  /** Settles all of {@code receipts}, in order. */
  public static List<SettledReceipt> all(List<Receipt> receipts, Rules.Fees fees) {
    final List<SettledReceipt> settled = new ArrayList<>(receipts.size());
    for (Receipt receipt : receipts) {
      settled.add(of(receipt, fees));
    }
    return settled;
  }
}
