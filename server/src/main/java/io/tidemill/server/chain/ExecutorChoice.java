package io.tidemill.server.chain;

import io.tidemill.executor.CheckedWaveExecutor;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.SpeculationStatistics;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.WorkerWaveExecutor;
import io.tidemill.server.config.SidecarConfig.Execution;
import io.tidemill.state.Snapshot;
import java.util.function.Consumer;

/** The wave executor that the configuration asks for, with its workers. Closing it ends them. */
final class ExecutorChoice implements WaveExecutor {
  private final WorkerPool pool;
  private final ProcessorTimeGuards guards = new ProcessorTimeGuards();
  private final WaveExecutor executor;

  /**
   * Starts the workers.
   *
   * @param given what the executor is made of; its guards are replaced by clocks
   * @param statistics hears what each parallel wave cost
   */
  ExecutorChoice(
      Execution execution, ExecutorParts given, Consumer<SpeculationStatistics> statistics) {
    final ExecutorParts parts = given.watchedBy(guards);
    final int cores = Runtime.getRuntime().availableProcessors();
    pool =
        new WorkerPool(
            execution.workers() == 0 ? cores : execution.workers(), WorkerPool.STACK_BYTES);
    final WaveExecutor serial = new WorkerWaveExecutor(new SerialWaveExecutor(parts), pool);
    final WaveExecutor parallel = new ParallelWaveExecutor(parts, pool, statistics);
    executor =
        switch (execution.mode()) {
          case SERIAL -> serial;
          case PARALLEL -> parallel;
          case BOTH -> new CheckedWaveExecutor(parallel, serial);
        };
  }

  @Override
  public WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener) {
    return executor.execute(wave, base, listener);
  }

  @Override
  public void close() {
    pool.close();
    guards.close();
  }
}
