package io.tidemill.executor;

import io.tidemill.executor.schedule.AccessSet;
import io.tidemill.executor.schedule.Schedule;
import io.tidemill.executor.schedule.Scheduler;
import io.tidemill.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Executes a wave on a pool of workers, with the result of {@link SerialWaveExecutor} to the last
 * bit. The per-transaction code is the same; only the memory beneath the overlays differs. Source:
 * decisions S10, ADR 10.
 */
public final class ParallelWaveExecutor implements WaveExecutor {
  private final ExecutorParts parts;
  private final WorkerPool pool;
  private final Consumer<SpeculationStatistics> statistics;
  private final SpeculativeRun.Probe probe;

  /**
   * An executor on the workers of {@code pool}, which it does not own.
   *
   * @param statistics hears what each wave cost; nothing of it enters a result
   */
  public ParallelWaveExecutor(
      ExecutorParts parts, WorkerPool pool, Consumer<SpeculationStatistics> statistics) {
    this(parts, pool, statistics, SpeculativeRun.Probe.NONE);
  }

  ParallelWaveExecutor(
      ExecutorParts parts,
      WorkerPool pool,
      Consumer<SpeculationStatistics> statistics,
      SpeculativeRun.Probe probe) {
    this.parts = parts;
    this.pool = pool;
    this.statistics = statistics;
    this.probe = probe;
  }

  @Override
  public WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener) {
    final WaveExecution execution = WaveExecution.open(wave, base, parts);
    final List<AccessSet> predictions = new ArrayList<>(execution.size());
    for (int i = 0; i < execution.size(); i++) {
      predictions.add(AccessPrediction.of(execution.prepared(i)));
    }
    final Schedule schedule = Scheduler.plan(predictions);
    final SpeculativeRun run =
        new SpeculativeRun(execution.base(), schedule, execution::run, listener, probe);
    run.execute(pool);
    statistics.accept(run.statistics());
    return execution.finish(run.receipts(), run.after(), run.writes(), run.codes(), run.messages());
  }
}
