package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs another executor on a worker thread, because contract code needs a worker's stack: on the
 * caller's own, deep recursion would overflow before the logical limit is reached (decisions W6).
 */
public final class WorkerWaveExecutor implements WaveExecutor {
  private final WaveExecutor executor;
  private final WorkerPool pool;

  /** Runs {@code executor} on the first worker of {@code pool}, which it does not own. */
  public WorkerWaveExecutor(WaveExecutor executor, WorkerPool pool) {
    this.executor = executor;
    this.pool = pool;
  }

  @Override
  public WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener) {
    final AtomicReference<WaveResult> result = new AtomicReference<>();
    pool.run(
        worker -> {
          if (worker == 0) {
            result.set(executor.execute(wave, base, listener));
          }
        });
    return result.get();
  }
}
