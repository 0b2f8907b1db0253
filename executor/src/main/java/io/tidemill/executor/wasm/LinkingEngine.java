package io.tidemill.executor.wasm;

import java.util.List;

/**
 * An engine that can also link instances to each other, which contracts never are: for the
 * WebAssembly spec scripts. All instances that are linked come from one object of this type, used
 * by one thread; modules are of {@link WasmProfile#TESTSUITE}.
 */
public interface LinkingEngine extends Engine {
  /**
   * A fresh instance with {@code imports}, one per import of the module and checked with {@link
   * Extern#satisfies}. Nothing has run: {@link Instance#start} comes next.
   */
  Instance link(Module module, MeteringPlan plan, List<Extern> imports, Launch launch);

  /**
   * What {@code instance} exports as {@code name}.
   *
   * @throws IllegalArgumentException if there is no such export
   */
  Extern export(Instance instance, String name);

  /** A host function. */
  Extern hostFunction(HostBinding binding);

  /** A global of the host with raw bits. */
  Extern hostGlobal(Module.GlobalType type, long bits);

  /** A table of the host, all null. */
  Extern hostTable(Module.TableType type);

  /** A memory of the host, all zero. */
  Extern hostMemory(Module.MemoryType type);
}
