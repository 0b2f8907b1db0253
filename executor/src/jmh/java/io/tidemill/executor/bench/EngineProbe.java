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
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One kernel on some engines in this JVM, in turns: {@code EngineProbe VARIANT,... KERNEL WORK
 * MILLIS}. Each runs for at least that long of this thread's processor time and at least three
 * times. Prints a line for each: the best and the first time of a run in nanoseconds of processor
 * time, its fuel and its checksum. {@link EngineBench} starts it in fresh JVMs.
 */
final class EngineProbe {
  private static final int LEAST_RUNS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private EngineProbe() {}

  /** What one run gave. */
  record Outcome(long checksum, long fuel) {}

  /** One run of a kernel. */
  interface Run {
    Outcome run(int work);
  }

  private static final class Subject {
    final Run run;
    long first = -1;
    long best = Long.MAX_VALUE;
    long spent;
    Outcome outcome = new Outcome(0, 0);

    Subject(Run run) {
      this.run = run;
    }

    void runOnce(int work) {
      final long from = processorNanos();
      outcome = run.run(work);
      final long took = processorNanos() - from;
      first = first < 0 ? took : first;
      best = Math.min(best, took);
      spent += took;
    }
  }

  static long processorNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Entry point. */
  public static void main(String[] arguments) {
    final int work = Integer.parseInt(arguments[2]);
    final long least = Long.parseLong(arguments[3]) * 1_000_000;
    final List<Subject> subjects = new ArrayList<>();
    for (String variant : arguments[0].split(",")) {
      subjects.add(new Subject(subject(variant, arguments[1])));
    }
    for (int i = 0; i < LEAST_RUNS || subjects.stream().anyMatch(s -> s.spent < least); i++) {
      subjects.forEach(subject -> subject.runOnce(work));
    }
    for (Subject subject : subjects) {
      System.out.println(
          subject.best
              + " "
              + subject.first
              + " "
              + subject.outcome.fuel()
              + " "
              + (subject.outcome.checksum() & 0xFFFF_FFFFL));
    }
  }

  private static Run subject(String variant, String kernel) {
    final Engine interpreter = new ChicoryEngine();
    return switch (variant) {
      case "metered" -> ours(new JvmEngine(interpreter), kernel);
      case "unmetered" -> ours(JvmEngine.unmetered(interpreter), kernel);
      case "interpreter" -> ours(interpreter, kernel);
      case "chicory" -> chicoryCompiler(kernel(kernel));
      default -> throw new IllegalArgumentException("no variant " + variant);
    };
  }

  private static Kernel kernel(String name) {
    return Kernel.valueOf(name.toUpperCase(Locale.ROOT));
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

  private static Run ours(Engine engine, String kernel) {
    if (kernel.equals(TokenTransfers.NAME)) {
      return new TokenTransfers(engine);
    }
    final CompiledModule compiled = compile(engine, kernel(kernel).wasm());
    return work -> {
      try (Instance instance = Objects.requireNonNull(compiled.instantiate(launch()))) {
        instance.start();
        final long before = instance.fuel;
        final long checksum = instance.invoke("run", work)[0];
        return new Outcome(checksum, before - instance.fuel);
      }
    };
  }

  private static Run chicoryCompiler(Kernel kernel) {
    final com.dylibso.chicory.runtime.Instance instance =
        com.dylibso.chicory.runtime.Instance.builder(Parser.parse(kernel.wasm()))
            .withMachineFactory(MachineFactoryCompiler::compile)
            .build();
    return work -> new Outcome(instance.export("run").apply(work)[0], 0);
  }
}
