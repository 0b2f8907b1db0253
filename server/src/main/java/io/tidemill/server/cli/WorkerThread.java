package io.tidemill.server.cli;

import io.tidemill.executor.WorkerPool;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs contracts on a thread like those of a node, whose stack holds the logical one. */
final class WorkerThread {
  private WorkerThread() {}

  /**
   * What {@code work} returns.
   *
   * @throws Exception what it threw
   */
  static <T> T call(Callable<T> work) throws Exception {
    final FutureTask<T> task = new FutureTask<>(work);
    new Thread(null, task, "wasm", WorkerPool.STACK_BYTES).start();
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw new IllegalStateException("the run failed: " + e.getCause(), e.getCause());
    }
  }
}
