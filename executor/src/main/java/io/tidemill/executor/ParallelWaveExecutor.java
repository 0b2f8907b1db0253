package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Executes a wave on a pool of workers, with the result of {@link SerialWaveExecutor} to the last
 * bit. The per-transaction code is the same; only the memory beneath the overlays differs. Source:
 * decisions S10, ADR 10.
 */
public final class ParallelWaveExecutor implements WaveExecutor {
  private final ExecutorParts parts;
  private final WorkerPool pool;
  private final LongSupplier clock;
  private final SpeculativeRun.Probe probe;

  /**
   * An executor on the workers of {@code pool}, which it does not own.
   *
   * @param clock nanoseconds, for the statistics alone: the executor has no clock of its own
   */
  public ParallelWaveExecutor(ExecutorParts parts, WorkerPool pool, LongSupplier clock) {
    this(parts, pool, clock, SpeculativeRun.Probe.NONE);
  }

  ParallelWaveExecutor(
      ExecutorParts parts, WorkerPool pool, LongSupplier clock, SpeculativeRun.Probe probe) {
    this.parts = parts;
    this.pool = pool;
    this.clock = clock;
    this.probe = probe;
  }

  @Override
  public PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return parts.prePass(wave, expected, pool, state);
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final WaveExecution execution = WaveExecution.open(wave, base, parts, pool, prePass);
    final SpeculativeRun run =
        new SpeculativeRun(
            execution.base(),
            execution.schedule(),
            (index, overlay) -> execution.settle(execution.run(index, overlay)),
            new SpeculativeRun.Surroundings(pool, listener, clock, probe));
    run.execute();
    final FinalAttempts attempts = run.attempts();
    return execution.finish(
        attempts.receipts(),
        run.after(),
        attempts.writes(),
        attempts.codes(),
        attempts.messages(),
        run.statistics());
  }
}
