package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/** Decides which imports link. Must be a pure function of its arguments. */
public interface ImportResolver {
  /** The binding for exactly this module, name and type, or null when it does not link. */
  @Nullable HostBinding resolve(String module, String name, FunctionType type);
}
