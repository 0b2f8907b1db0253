package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/**
 * A module that is validated, metered and ready to instantiate. Immutable and shared by all
 * workers.
 */
public interface CompiledModule {
  /** What was compiled. */
  Module module();

  /**
   * A fresh instance: zero memory, initial globals and tables, nothing run. Null when its declared
   * memory does not fit the budget of {@code launch}.
   */
  @Nullable Instance instantiate(Launch launch);

  /** What it weighs in the module cache, in bytes. */
  long sizeBytes();
}
