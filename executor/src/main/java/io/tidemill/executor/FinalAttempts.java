package io.tidemill.executor;

import io.tidemill.state.StateDelta;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts that stand have left, one per transaction of a wave that has run to its end.
 * Gathered by all workers of the pool.
 */
final class FinalAttempts {
  /** Transactions that one worker gathers at once. */
  private static final int STRETCH = 512;

  private final AtomicReferenceArray<@Nullable Ran> ran;
  private final SettledReceipt[] receipts;

  /** Those that staged code or queued messages; each stretch is set by one worker. */
  private final List<List<Ran>> laden;

  private final StateDelta writes;

  FinalAttempts(AtomicReferenceArray<@Nullable Ran> ran, WorkerPool pool) {
    final int stretches = (ran.length() + STRETCH - 1) / STRETCH;
    this.ran = ran;
    this.receipts = new SettledReceipt[ran.length()];
    this.laden = new ArrayList<>(Collections.nCopies(stretches, List.of()));
    this.writes = WaveWrites.gather(stretches, this::gather, pool);
  }

  private List<StateDelta.Entry> gather(int stretch) {
    final List<StateDelta.Entry> entries = new ArrayList<>(3 * STRETCH);
    final List<Ran> found = new ArrayList<>();
    final int end = Math.min(receipts.length, (stretch + 1) * STRETCH);
    for (int i = stretch * STRETCH; i < end; i++) {
      final Ran last = Objects.requireNonNull(ran.get(i), "the wave is not finished");
      receipts[i] = Objects.requireNonNull(last.receipt());
      if (!last.codes().isEmpty() || !last.messages().isEmpty()) {
        found.add(last);
      }
      last.attempt().addNewest(entries);
    }
    laden.set(stretch, found);
    return entries;
  }

  /** What the wave wrote, the last writer winning. */
  StateDelta writes() {
    return writes;
  }

  /** The receipts in transaction order. */
  List<SettledReceipt> receipts() {
    return Arrays.asList(receipts);
  }

  /** The wasm that transactions staged, in code hash order. */
  SortedMap<Hash32, byte[]> codes() {
    final TreeMap<Hash32, byte[]> codes = new TreeMap<>();
    for (List<Ran> stretch : laden) {
      stretch.forEach(last -> codes.putAll(last.codes()));
    }
    return codes;
  }

  /** The queued messages in transaction order. */
  List<ParachainMessage> messages() {
    final List<ParachainMessage> messages = new ArrayList<>();
    for (List<Ran> stretch : laden) {
      stretch.forEach(last -> messages.addAll(last.messages()));
    }
    return messages;
  }
}
