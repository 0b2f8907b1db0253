package io.tidemill.executor;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a wave takes from all of its receipts. Summed up in stretches by all workers: on one of them
 * most of the time would go into fetching what others have written.
 *
 * @param digests of the receipts, in order
 * @param eventDigests of the events, in order
 */
record ReceiptSums(
    WaveResult.Totals totals, List<Hash32> digests, List<Hash32> eventDigests, byte[] eventsBloom) {
  private static final int STRETCH = 512;

  /** The sums over {@code receipts}, by the workers of {@code pool} if there are any. */
  static ReceiptSums of(List<SettledReceipt> receipts, @Nullable WorkerPool pool) {
    if (pool == null || receipts.size() <= STRETCH) {
      return of(receipts);
    }
    final int stretches = (receipts.size() + STRETCH - 1) / STRETCH;
    final ReceiptSums[] sums = new ReceiptSums[stretches];
    pool.each(
        stretches,
        1,
        i ->
            sums[i] =
                of(receipts.subList(i * STRETCH, Math.min(receipts.size(), (i + 1) * STRETCH))));
    return together(sums, receipts.size());
  }

  private static ReceiptSums of(List<SettledReceipt> receipts) {
    final Hash32[] digests = new Hash32[receipts.size()];
    final List<Hash32> eventDigests = new ArrayList<>();
    for (int i = 0; i < digests.length; i++) {
      final SettledReceipt receipt = receipts.get(i);
      digests[i] = receipt.digest();
      eventDigests.addAll(receipt.eventDigests());
    }
    return new ReceiptSums(
        WaveCredits.totals(receipts),
        Arrays.asList(digests),
        eventDigests,
        EventCommitment.bloom(receipts));
  }

  private static ReceiptSums together(ReceiptSums[] parts, int size) {
    final List<Hash32> digests = new ArrayList<>(size);
    final List<Hash32> eventDigests = new ArrayList<>();
    final byte[] bloom = new byte[EventCommitment.BLOOM_BYTES];
    WaveResult.Totals totals =
        new WaveResult.Totals(U128.ZERO, U128.ZERO, U128.ZERO, U128.ZERO, U128.ZERO);
    for (ReceiptSums part : parts) {
      digests.addAll(part.digests);
      eventDigests.addAll(part.eventDigests);
      totals = totals.plus(part.totals);
      for (int i = 0; i < bloom.length; i++) {
        bloom[i] |= part.eventsBloom[i];
      }
    }
    return new ReceiptSums(totals, digests, eventDigests, bloom);
  }
}
