package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.ModuleCache.Use;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Sink;
import io.tidemill.state.hash.Hash32;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;

/**
 * Many distinct modules, each used a little, through a cache that holds a few: prints how many
 * classes were unloaded on the way. Fails when a module gives the wrong answer, and dies when
 * classes or machine code of evicted modules stay.
 */
public final class ModuleChurn {
  private static final int MODULES = 2_000;
  private static final int KEPT = 32;

  private ModuleChurn() {}

  private static final Engine ENGINE = new JvmEngine(new ChicoryEngine());

  /** Twenty functions; {@code run} returns the number of the module through all of them. */
  private static CompiledModule compile(int number) {
    final int functions = 20;
    final Sink types = new Sink().u32(functions);
    final Sink bodies = new Sink().u32(functions);
    for (int i = 0; i < functions; i++) {
      types.u32(0);
      final Sink body = new Sink().u32(0);
      if (i + 1 < functions) {
        body.raw(0x10).u32(i + 1).raw(0x42, i, 0x85, 0x42, i, 0x85);
      } else {
        body.raw(0x42).signed(number);
      }
      bodies.sized(body.raw(0x0B));
    }
    final byte[] wasm =
        Sink.module()
            .section(1, new Sink().raw(1, 0x60, 0, 1, 0x7E))
            .section(3, types)
            .section(7, new Sink().u32(1).name("run").raw(0, 0))
            .section(10, bodies)
            .toBytes();
    final Module module = ModuleValidator.validate(wasm, WasmProfile.BARE);
    return ENGINE.compile(
        module, MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE), List.of());
  }

  private static void use(ModuleCache<CompiledModule> cache, int number) {
    final CompiledModule module =
        cache.get(
            new ModuleCache.Key(new Hash32(0, 0, 0, number), Hash32.ZERO),
            Use.CONSENSUS,
            () -> compile(number));
    final Launch launch =
        new Launch(
            new HostContext() {}, 10_000, 100, 10_000, new MemoryBudget(0), ExecutionGuard.NONE);
    try (Instance instance = Objects.requireNonNull(module.instantiate(launch))) {
      instance.start();
      for (int i = 0; i < 20; i++) {
        final long result = instance.invoke("run")[0];
        if (result != number) {
          throw new AssertionError("module " + number + " says " + result);
        }
      }
    }
  }

  /** Entry point. */
  public static void main(String[] arguments) {
    final ModuleCache<CompiledModule> cache =
        new ModuleCache<>(KEPT, 1L << 30, CompiledModule::sizeBytes);
    for (int i = 0; i < MODULES; i++) {
      use(cache, i);
    }
    // What was evicted comes back the same.
    use(cache, 0);
    System.gc();
    final ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
    final long perModule = 3;
    if (classes.getUnloadedClassCount() < (MODULES - KEPT) * perModule) {
      throw new AssertionError("only " + classes.getUnloadedClassCount() + " classes unloaded");
    }
    System.out.println(
        MODULES
            + " modules, "
            + classes.getUnloadedClassCount()
            + " classes unloaded, "
            + classes.getLoadedClassCount()
            + " loaded, "
            + HostileCorpus.peakMebibytes()
            + " MiB");
  }
}
