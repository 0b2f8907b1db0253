package io.tidemill.executor.wasm;

import java.util.List;

/** The door to a backend. Safe for use by many threads. */
public interface Engine {
  /** The name that selects it: {@code interpreter} or {@code compiled}. */
  String name();

  /**
   * Prepares a validated module.
   *
   * @param imports one per function import, in import order
   */
  CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports);
}
