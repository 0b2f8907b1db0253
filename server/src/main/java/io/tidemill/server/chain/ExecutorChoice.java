package io.tidemill.server.chain;

import io.tidemill.executor.CheckedWaveExecutor;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WorkerPool;
import io.tidemill.server.config.SidecarConfig.Execution;
import io.tidemill.state.Snapshot;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The wave executor that the configuration asks for, with its workers. Closing it ends them. */
final class ExecutorChoice implements WaveExecutor {
  private final WorkerPool pool;
  private final ProcessorTimeGuards guards = new ProcessorTimeGuards();
  private final WaveExecutor executor;

  /**
   * Starts the workers.
   *
   * @param given what the executor is made of; its guards are replaced by clocks
   * @param checking what a second execution is made of, in the modes that run both
   */
  ExecutorChoice(Execution execution, ExecutorParts given, ExecutorParts checking) {
    final ExecutorParts parts = given.watchedBy(guards);
    final int cores = Runtime.getRuntime().availableProcessors();
    pool =
        new WorkerPool(
            execution.workers() == 0 ? cores : execution.workers(), WorkerPool.STACK_BYTES);
    final WaveExecutor serial = new SerialWaveExecutor(parts, pool);
    final WaveExecutor parallel = new ParallelWaveExecutor(parts, pool, System::nanoTime);
    executor =
        switch (execution.mode()) {
          case SERIAL -> serial;
          case PARALLEL -> parallel;
          case BOTH, BOTH_ENGINES ->
              new CheckedWaveExecutor(
                  parallel,
                  new SerialWaveExecutor(checking.watchedBy(guards), pool),
                  execution.checkEvery());
        };
  }

  @Override
  public @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return executor.prePass(wave, expected, state);
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    return executor.execute(wave, prePass, base, listener);
  }

  @Override
  public void close() {
    pool.close();
    guards.close();
  }
}
