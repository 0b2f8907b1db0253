package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Sink;
import java.util.List;
import java.util.Objects;

/**
 * Endless recursion in every shape, on both backends, on a quarter of a worker's stack: prints per
 * shape how it ended and with how much fuel, or that the backends differ. Whoever runs it chooses
 * the tier of the JVM. Source: decisions W6.
 */
public final class StackDepth {
  private static final long FUEL = 50_000_000;

  // Enough calls in all for the last tier; the interpreter needs no warming.
  private static final int COMPILED_RUNS = 150;

  private StackDepth() {}

  /** Who calls whom, with what on the stack. Each function is (i64) -> i64. */
  enum Shape {
    PLAIN,
    MUTUAL,
    INDIRECT,
    MANY_LOCALS,
    LIVE_LOCALS,
    TALL_OPERANDS
  }

  private static byte[] module(Shape shape) {
    return switch (shape) {
      case PLAIN -> module(new Sink().u32(0).raw(0x20, 0, 0x10, 0, 0x42, 1, 0x7C));
      case MUTUAL -> module(new Sink().u32(0).raw(0x20, 0, 0x10, 1, 0x42, 1, 0x7C));
      case INDIRECT -> module(new Sink().u32(0).raw(0x20, 0, 0x41, 0, 0x11, 0, 0, 0x42, 1, 0x7C));
      case MANY_LOCALS ->
          module(new Sink().u32(1).u32(250).raw(0x7E).raw(0x20, 0, 0x10, 0, 0x20, 0, 0x7C));
      case LIVE_LOCALS -> module(liveLocals());
      case TALL_OPERANDS -> module(tallOperands());
    };
  }

  /** 200 locals computed before the call and used after it. */
  private static Sink liveLocals() {
    final int count = 200;
    final Sink body = new Sink().u32(1).u32(count).raw(0x7E);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20, 0, 0x42, i & 0x3F, 0x85, 0x42, i >> 6, 0x7C, 0x21).u32(i);
    }
    body.raw(0x20, 0, 0x42, 1, 0x7C, 0x10, 0);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20).u32(i).raw(0x85);
    }
    return body;
  }

  /** 1,000 operands below the call, of which none is a constant. */
  private static Sink tallOperands() {
    final int count = 1_000;
    final Sink body = new Sink().u32(0);
    for (int i = 0; i < count; i++) {
      body.raw(0x20, 0, 0x42, i & 0x3F, 0x85);
    }
    body.raw(0x20, 0, 0x42, 1, 0x7C, 0x10, 0);
    for (int i = 0; i < count; i++) {
      body.raw(i % 2 == 0 ? 0x7C : 0x85);
    }
    return body;
  }

  /** The body as functions 0 and, calling back, a second one; both in the table. */
  private static byte[] module(Sink first) {
    final Sink second = new Sink().u32(0).raw(0x20, 0, 0x10, 0, 0x0B);
    return Sink.module()
        .section(1, new Sink().raw(1, 0x60, 1, 0x7E, 1, 0x7E))
        .section(3, new Sink().raw(2, 0, 0))
        .section(4, new Sink().raw(1, 0x70, 0, 2))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(9, new Sink().raw(1, 0, 0x41, 0, 0x0B, 2, 0, 1))
        .section(10, new Sink().u32(2).sized(first.raw(0x0B)).sized(second))
        .toBytes();
  }

  private static String run(CompiledModule compiled) {
    final Launch launch =
        new Launch(
            new HostContext() {},
            FUEL,
            MeteredModule.INITIAL_FRAMES,
            MeteredModule.INITIAL_SLOTS,
            new MemoryBudget(1 << 20),
            ExecutionGuard.NONE);
    try (Instance instance = Objects.requireNonNull(compiled.instantiate(launch))) {
      instance.start();
      try {
        return "returned " + instance.invoke("run", 5)[0];
      } catch (Trap trap) {
        return trap.code() + " with " + instance.fuel + " fuel left";
      }
    }
  }

  private static String outcome(Shape shape) {
    final Module module = ModuleValidator.validate(module(shape), WasmProfile.BARE);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
    final Engine interpreter = new ChicoryEngine();
    final String reference = run(interpreter.compile(module, plan, List.of()));
    final CompiledModule compiled = new JvmEngine(interpreter).compile(module, plan, List.of());
    for (int i = 0; i < COMPILED_RUNS; i++) {
      final String again = run(compiled);
      if (!again.equals(reference)) {
        return "run " + i + " of the compiler: " + again + ", interpreter: " + reference;
      }
    }
    return reference;
  }

  /** Entry point. */
  public static void main(String[] arguments) throws InterruptedException {
    for (Shape shape : Shape.values()) {
      final Thread worker =
          new Thread(
              null,
              () -> System.out.println(shape + " " + outcome(shape)),
              "worker",
              WorkerPool.STACK_BYTES / 4);
      worker.setUncaughtExceptionHandler(
          (thread, failure) -> System.out.println(shape + " failed: " + failure));
      worker.start();
      worker.join();
    }
  }
}
