package io.tidemill.executor;

import io.tidemill.executor.wasm.ExecutionGuard;

/**
 * Where the guards of attempts come from: whoever watches the clock, outside of the executor, which
 * has none. Source: decisions O2.
 */
public interface GuardSource {
  /** Nobody watches. */
  GuardSource NONE =
      new GuardSource() {
        @Override
        public ExecutionGuard begin(long gasLimit, boolean reference) {
          return ExecutionGuard.NONE;
        }

        @Override
        public void end(ExecutionGuard guard) {}
      };

  /**
   * Starts to watch an attempt.
   *
   * @param reference whether it runs on the reference interpreter, which may take longer
   */
  ExecutionGuard begin(long gasLimit, boolean reference);

  /** Stops watching it. */
  void end(ExecutionGuard guard);
}
