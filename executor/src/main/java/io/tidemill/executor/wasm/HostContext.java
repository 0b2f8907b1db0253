package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/**
 * What host functions find behind an instance. The engine carries it and never looks inside; the
 * host room casts it to its own type.
 */
public interface HostContext {
  /** Who watches the instance behind this context; null for nobody. */
  default @Nullable RunObserver observer() {
    return null;
  }
}
