package io.tidemill.executor.bench;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Sink;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Hash32;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What calls and modules cost beside the instructions, in this JVM: prints one line of {@code
 * name=value} words. Times are processor time of the thread that runs, the best of some rounds.
 */
public final class EngineCosts {
  private static final int ROUNDS = 15;
  private static final int LOOP_ROUNDS = 20_000_000;

  private EngineCosts() {}

  /** The host function that is measured. */
  public static int next(Instance caller, int value) {
    return value + 1;
  }

  /** Entry point. */
  public static void main(String[] arguments) {
    final Engine engine = new JvmEngine(new ChicoryEngine());
    final HostileBytes.Refusal refusal = HostileBytes.measure();
    System.out.printf(
        Locale.ROOT,
        "fresh_call_us=%.3f host_call_ns=%.2f compile_ms_per_kib=%.4f hostile_refused_ms=%.2f"
            + " hostile_refused_mib=%.2f instance_bytes=%d cached_module_bytes=%d"
            + " warm_restart_ms_per_kib=%.4f%n",
        freshCall(engine),
        hostCall(engine),
        perKib(engine, ArtifactStore.NONE),
        refusal.millis(),
        refusal.mebibytes(),
        instanceBytes(engine),
        cachedModuleBytes(engine),
        perKib(engine, new InMemory()));
  }

  /** What a restarted node finds on its disk, without the disk. */
  private static final class InMemory implements ArtifactStore {
    private final Map<ModuleCache.Key, byte[]> kept = new HashMap<>();

    @Override
    public byte @Nullable [] load(ModuleCache.Key key) {
      return kept.get(key);
    }

    @Override
    public void save(ModuleCache.Key key, byte[] artifact) {
      kept.put(key, artifact);
    }
  }

  /** Module with 17 pages and {@code run}, which stores to three of them; microseconds. */
  private static double freshCall(Engine engine) {
    final CompiledModule compiled = EngineProbe.compile(engine, touching());
    double best = Double.MAX_VALUE;
    final int calls = 20_000;
    for (int round = 0; round < ROUNDS; round++) {
      final long from = EngineProbe.processorNanos();
      for (int i = 0; i < calls; i++) {
        try (Instance instance =
            Objects.requireNonNull(compiled.instantiate(EngineProbe.launch()))) {
          instance.start();
          instance.invoke("run");
        }
      }
      best = Math.min(best, (EngineProbe.processorNanos() - from) / 1e3 / calls);
    }
    return best;
  }

  private static byte[] touching() {
    final Sink body = new Sink().u32(0);
    for (int page = 15; page <= 17; page++) {
      body.constant(ValType.I32, page * 65_536 - 4_096).constant(ValType.I32, 1).raw(0x36, 2, 0);
    }
    return Sink.module()
        .section(1, new Sink().u32(1).raw(0x60, 0, 0))
        .section(3, new Sink().u32(1).u32(0))
        .section(5, new Sink().u32(1).raw(0, 17))
        .section(7, new Sink().u32(1).name("run").raw(0).u32(0))
        .section(10, new Sink().u32(1).sized(body.raw(0x0B)))
        .toBytes();
  }

  /**
   * A loop over a host function of an int, without what the same loop costs that adds by itself;
   * nanoseconds. Both run in turns, long enough for either to stand above the clock's noise.
   */
  private static double hostCall(Engine engine) {
    final Module module = ModuleValidator.validate(twoLoops(), WasmProfile.CONTRACT);
    final FunctionType type = module.types().getFirst();
    final CompiledModule compiled =
        engine.compile(
            module,
            MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT),
            List.of(new HostBinding("e", "n", type, EngineCosts.class, "next")));
    double with = Double.MAX_VALUE;
    double without = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      with = Math.min(with, loop(compiled, "with"));
      without = Math.min(without, loop(compiled, "without"));
    }
    return with - without;
  }

  private static double loop(CompiledModule compiled, String export) {
    try (Instance instance = Objects.requireNonNull(compiled.instantiate(EngineProbe.launch()))) {
      instance.start();
      final long from = EngineProbe.processorNanos();
      instance.invoke(export, LOOP_ROUNDS);
      return (double) (EngineProbe.processorNanos() - from) / LOOP_ROUNDS;
    }
  }

  /** Exports {@code with} and {@code without}: x = next(x) or x + 1, until x is the parameter. */
  private static byte[] twoLoops() {
    return Sink.module()
        .section(1, new Sink().u32(1).raw(0x60, 1, 0x7F, 1, 0x7F))
        .section(2, new Sink().u32(1).name("e").name("n").raw(0, 0))
        .section(3, new Sink().u32(2).u32(0).u32(0))
        .section(5, new Sink().u32(1).raw(0, 1))
        .section(7, new Sink().u32(2).name("with").raw(0).u32(1).name("without").raw(0).u32(2))
        .section(10, new Sink().u32(2).sized(loopOver(0x10, 0)).sized(loopOver(0x41, 1, 0x6A)))
        .toBytes();
  }

  private static Sink loopOver(int... step) {
    return new Sink()
        .raw(1, 1, 0x7F, 0x03, 0x40, 0x20, 1)
        .raw(step)
        .raw(0x22, 1, 0x20, 0, 0x48, 0x0D, 0, 0x0B, 0x20, 1, 0x0B);
  }

  /**
   * Validates, meters and compiles all kernels, or loads them from {@code artifacts} after the
   * first round, warm; milliseconds per KiB of wasm.
   */
  private static double perKib(Engine engine, ArtifactStore artifacts) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 2 * ROUNDS; round++) {
      long bytes = 0;
      final long from = EngineProbe.processorNanos();
      for (Kernel kernel : Kernel.values()) {
        final byte[] wasm = kernel.wasm();
        bytes += wasm.length;
        final Module module = ModuleValidator.validate(wasm, WasmProfile.BARE);
        final CompiledModule _ =
            engine.compile(
                module,
                MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE),
                List.of(),
                artifacts,
                new ModuleCache.Key(module.codeHash(), Hash32.ZERO));
      }
      best = Math.min(best, (EngineProbe.processorNanos() - from) / 1e6 / (bytes / 1024.0));
    }
    return best;
  }

  /** Heap of a live instance with one page of memory. */
  private static long instanceBytes(Engine engine) {
    final CompiledModule compiled = EngineProbe.compile(engine, Kernel.FIB.wasm());
    final int count = 500;
    final List<Instance> live = new ArrayList<>();
    final long before = heap();
    for (int i = 0; i < count; i++) {
      live.add(Objects.requireNonNull(compiled.instantiate(EngineProbe.launch())));
    }
    final long after = heap();
    for (Instance instance : live) {
      instance.close();
    }
    return (after - before) / count;
  }

  /** Heap and metaspace of a compiled token contract, beside its bytes of wasm. */
  private static long cachedModuleBytes(Engine engine) {
    final byte[] wasm = TokenTransfers.wasm();
    final int count = 100;
    final List<CompiledModule> live = new ArrayList<>();
    live.add(compiledToken(engine, wasm));
    final long before = heap() + metaspace();
    for (int i = 0; i < count; i++) {
      live.add(compiledToken(engine, wasm));
    }
    final long after = heap() + metaspace();
    if (live.size() != count + 1) {
      throw new IllegalStateException("modules went away while they were counted");
    }
    return (after - before) / count;
  }

  /** Its imports are bound to a function of the right shape that is never called. */
  private static CompiledModule compiledToken(Engine engine, byte[] wasm) {
    final Module module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    final List<HostBinding> imports = new ArrayList<>();
    for (Module.Import entry : module.imports()) {
      imports.add(
          new HostBinding(
              entry.module(),
              entry.name(),
              module.types().get(entry.typeIndex()),
              EngineCosts.class,
              "next"));
    }
    final CompiledModule compiled =
        engine.compile(
            module, MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT), imports);
    Objects.requireNonNull(compiled.instantiate(EngineProbe.launch())).close();
    return compiled;
  }

  private static long heap() {
    System.gc();
    final Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long metaspace() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Metaspace") || pool.getName().equals("Compressed Class Space")) {
        used += pool.getUsage().getUsed();
      }
    }
    return used;
  }
}
