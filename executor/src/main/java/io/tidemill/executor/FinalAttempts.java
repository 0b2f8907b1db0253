package io.tidemill.executor;

import io.tidemill.state.StateDelta;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The attempts that stand, one per transaction of a wave that has run to its end. */
final class FinalAttempts {
  /** Transactions whose writes are gathered at once. */
  private static final int WRITES_GRAIN = 512;

  private final AtomicReferenceArray<@Nullable Ran> ran;
  private final WorkerPool pool;
  private final int size;

  FinalAttempts(AtomicReferenceArray<@Nullable Ran> ran, WorkerPool pool) {
    this.ran = ran;
    this.pool = pool;
    this.size = ran.length();
  }

  /** What the wave wrote, the last writer winning. */
  StateDelta writes() {
    return WaveWrites.gather((size + WRITES_GRAIN - 1) / WRITES_GRAIN, this::newest, pool);
  }

  private List<StateDelta.Entry> newest(int part) {
    final List<StateDelta.Entry> entries = new ArrayList<>(3 * WRITES_GRAIN);
    final int end = Math.min(size, (part + 1) * WRITES_GRAIN);
    for (int i = part * WRITES_GRAIN; i < end; i++) {
      last(i).attempt().addNewest(entries);
    }
    return entries;
  }

  /** The receipts in transaction order. */
  List<SettledReceipt> receipts() {
    final List<SettledReceipt> receipts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      receipts.add(Objects.requireNonNull(last(i).receipt()));
    }
    return receipts;
  }

  /** The wasm that transactions staged, in code hash order. */
  SortedMap<Hash32, byte[]> codes() {
    final TreeMap<Hash32, byte[]> codes = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      codes.putAll(last(i).codes());
    }
    return codes;
  }

  /** The queued messages in transaction order. */
  List<ParachainMessage> messages() {
    final List<ParachainMessage> messages = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      messages.addAll(last(i).messages());
    }
    return messages;
  }

  private Ran last(int index) {
    return Objects.requireNonNull(ran.get(index), "the wave is not finished");
  }
}
