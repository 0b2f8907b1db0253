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

  /**
   * The same by way of {@code artifacts}: what is kept there under {@code key} is not made again. A
   * backend that has nothing worth keeping does not ask.
   *
   * @param key must name everything that the result follows from
   */
  default CompiledModule compile(
      Module module,
      MeteringPlan plan,
      List<HostBinding> imports,
      ArtifactStore artifacts,
      ModuleCache.Key key) {
    return compile(module, plan, imports);
  }
}
