package io.tidemill.executor;

import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.overlay.WaveView;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of an executed wave, once more and under observation. What comes before it in the
 * wave runs unobserved, so that it meets the state it met then and has the receipt it had then.
 *
 * @param receipt as the wave recorded it
 * @param overlay what it wrote
 * @param reads keys it looked at, sorted
 */
public record TransactionReplay(Receipt receipt, Overlay overlay, SortedSet<StateKey> reads) {
  /**
   * Runs transaction {@code index} of {@code wave}, on the reference interpreter.
   *
   * @param base the state the wave was executed on
   * @param guard polled before every transaction, and by the observed one
   * @throws InvalidWaveException if the wave does not build on {@code base}
   */
  public static TransactionReplay of(
      Wave wave,
      int index,
      Snapshot base,
      ExecutorParts parts,
      ExecutionGuard guard,
      CallTracer tracer) {
    final Wave upTo =
        new Wave(
            wave.context(),
            wave.parentRoot(),
            wave.transactions().subList(0, index + 1),
            wave.quarantinedCode(),
            wave.systemEntries(),
            wave.threshold());
    final WaveExecution execution = WaveExecution.open(upTo, base, parts, null, null);
    final WaveView view = new WaveView(execution.base());
    for (int i = 0; i < index; i++) {
      guard.poll();
      final Overlay before = new Overlay(view);
      execution.run(i, before);
      view.merge(before);
    }
    final Recorded state = new Recorded(view, new TreeSet<>());
    final Overlay overlay = new Overlay(state);
    final Receipt receipt =
        parts
            .processor(execution.scope().rules(), true)
            .process(execution.scope(), index, execution.prepared(index), overlay, guard, tracer);
    return new TransactionReplay(receipt, overlay, state.reads());
  }

  private record Recorded(StateView view, TreeSet<StateKey> reads) implements StateView {
    @Override
    public byte @Nullable [] get(StateKey key) {
      reads.add(key);
      return view.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return view.code(codeHash);
    }
  }
}
