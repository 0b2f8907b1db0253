package io.tidemill.executor.bench;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.wasm.Parser;
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
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One kernel on one engine in this JVM: {@code EngineProbe VARIANT KERNEL WORK MILLIS}. Runs for at
 * least that long and at least three times; prints the best and the first time in nanoseconds, the
 * fuel of one run and its checksum. {@link EngineBench} starts it in fresh JVMs.
 */
final class EngineProbe {
  private static final int LEAST_RUNS = 3;

  private EngineProbe() {}

  /** One run of a kernel. */
  interface Run {
    long run(int work);
  }

  /** Entry point. */
  public static void main(String[] arguments) {
    final Kernel kernel = Kernel.valueOf(arguments[1].toUpperCase(Locale.ROOT));
    final int work = Integer.parseInt(arguments[2]);
    final long least = Long.parseLong(arguments[3]) * 1_000_000;
    final long[] fuel = new long[1];
    final Run run =
        switch (arguments[0]) {
          case "metered" -> ours(new JvmEngine(new ChicoryEngine()), kernel, fuel);
          case "unmetered" -> ours(JvmEngine.unmetered(new ChicoryEngine()), kernel, fuel);
          case "interpreter" -> ours(new ChicoryEngine(), kernel, fuel);
          case "chicory" -> chicoryCompiler(kernel);
          default -> throw new IllegalArgumentException("no variant " + arguments[0]);
        };
    final long begin = System.nanoTime();
    long best = Long.MAX_VALUE;
    long first = -1;
    long checksum = 0;
    for (int i = 0;
        least > 0 && (i < LEAST_RUNS || System.nanoTime() - begin < least) || i == 0;
        i++) {
      final long from = System.nanoTime();
      checksum = run.run(work);
      final long took = System.nanoTime() - from;
      first = first < 0 ? took : first;
      best = Math.min(best, took);
    }
    System.out.println(best + " " + first + " " + fuel[0] + " " + (checksum & 0xFFFF_FFFFL));
  }

  static Launch launch() {
    return new Launch(
        new HostContext() {},
        Long.MAX_VALUE / 2,
        4_096,
        262_144,
        new MemoryBudget(1 << 28),
        ExecutionGuard.NONE);
  }

  static CompiledModule compile(Engine engine, byte[] wasm) {
    final Module module = ModuleValidator.validate(wasm, WasmProfile.BARE);
    return engine.compile(
        module, MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE), List.of());
  }

  private static Run ours(Engine engine, Kernel kernel, long[] fuel) {
    final CompiledModule compiled = compile(engine, kernel.wasm());
    return work -> {
      try (Instance instance = Objects.requireNonNull(compiled.instantiate(launch()))) {
        instance.start();
        final long before = instance.fuel;
        final long checksum = instance.invoke("run", work)[0];
        fuel[0] = before - instance.fuel;
        return checksum;
      }
    };
  }

  private static Run chicoryCompiler(Kernel kernel) {
    final com.dylibso.chicory.runtime.Instance instance =
        com.dylibso.chicory.runtime.Instance.builder(Parser.parse(kernel.wasm()))
            .withMachineFactory(MachineFactoryCompiler::compile)
            .build();
    return work -> instance.export("run").apply(work)[0];
  }
}
