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
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Sink;
import java.util.List;
import java.util.Objects;

/**
 * Modules written against the compiler and against HotSpot: {@code Bomb NAME} compiles one, runs it
 * until the JIT has had its chance, and prints {@code compiled} or {@code interpreted} when result
 * and fuel are those of the interpreter.
 */
public final class Bomb {
  private static final long FUEL = 200_000;
  private static final long RECURSION_FUEL = 3_000_000;

  // More calls than HotSpot counts before the last tier compiles.
  private static final int HOT_RUNS = 12_000;
  private static final int RECURSIVE_RUNS = 600;

  private Bomb() {}

  /** The bombs: each is the body of {@code run(i64) -> i64}. */
  enum Kind {
    CHAIN,
    DEEP_EXPRESSION,
    NESTED_LOOPS,
    BRANCH_TABLE,
    MANY_LOCALS,
    SPILLING_RECURSION,
    HUGE_BODY,
    MANY_BLOCKS
  }

  static byte[] module(Kind kind) {
    final Sink body = new Sink();
    switch (kind) {
      case CHAIN -> chain(body.u32(0), 880);
      case DEEP_EXPRESSION -> deep(body.u32(0));
      case NESTED_LOOPS -> loops(body.u32(0));
      case BRANCH_TABLE -> branchTable(body.u32(0));
      case MANY_LOCALS -> manyLocals(body);
      case SPILLING_RECURSION -> spill(body);
      case HUGE_BODY -> chain(body.u32(0), 21_000);
      case MANY_BLOCKS -> blocks(body.u32(0));
    }
    body.raw(0x0B);
    final Sink out = new Sink();
    out.raw(0, 'a', 's', 'm', 1, 0, 0, 0);
    out.section(1, new Sink().u32(1).raw(0x60, 1, 0x7E, 1, 0x7E));
    out.section(3, new Sink().u32(1).u32(0));
    out.section(7, new Sink().u32(1).name("run").raw(0).u32(0));
    out.section(10, new Sink().u32(1).sized(body));
    return out.toBytes();
  }

  /** x = rotl(x ^ c, x), again and again: one data flow as long as the method. */
  private static void chain(Sink body, int links) {
    body.raw(0x20, 0);
    for (int i = 0; i < links; i++) {
      body.raw(0x42, i & 0x3F, 0x85, 0x20, 0, 0x7C);
    }
  }

  /** 800 operands on the stack before the first is used. */
  private static void deep(Sink body) {
    for (int i = 0; i < 800; i++) {
      body.raw(0x20, 0, 0x42, i & 0x3F, 0x85);
    }
    for (int i = 1; i < 800; i++) {
      body.raw(i % 2 == 0 ? 0x7C : 0x85);
    }
  }

  /** 250 loops in each other; each branches back while the parameter is odd and large. */
  private static void loops(Sink body) {
    for (int i = 0; i < 250; i++) {
      body.raw(0x03, 0x40);
    }
    for (int i = 0; i < 250; i++) {
      body.raw(0x20, 0, 0x42, 1, 0x88, 0x22, 0, 0x42, 0, 0x52, 0x0D, i % 100 == 99 ? 1 : 0, 0x0B);
    }
    body.raw(0x20, 0);
  }

  private static void branchTable(Sink body) {
    final int targets = 4_096;
    final int depth = 200;
    for (int i = 0; i < depth; i++) {
      body.raw(0x02, 0x40);
    }
    body.raw(0x20, 0, 0xA7, 0x0E).u32(targets);
    for (int i = 0; i <= targets; i++) {
      body.u32(i * 31 % depth);
    }
    for (int i = 0; i < depth; i++) {
      body.raw(0x0B, 0x20, 0, 0x42, 3, 0x7C, 0x21, 0);
    }
    body.raw(0x20, 0);
  }

  /** 500 locals that are all live around a loop. */
  private static void manyLocals(Sink body) {
    final int count = 500;
    body.u32(1).u32(count).raw(0x7E);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20, 0, 0x21).u32(i);
    }
    body.raw(0x03, 0x40);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20).u32(i).raw(0x20).u32(i % count + 1).raw(0x7C, 0x21).u32(i);
    }
    body.raw(0x20, 0, 0x42, 1, 0x7D, 0x22, 0, 0x42, 0, 0x55, 0x0D, 0, 0x0B);
    body.raw(0x20).u32(count);
  }

  /** Calls itself with 200 expressions computed before and used again after. */
  private static void spill(Sink body) {
    final int count = 200;
    body.u32(1).u32(count).raw(0x7E);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20, 0, 0x42, i & 0x3F, 0x85, 0x42, i >> 6, 0x7C, 0x21).u32(i);
    }
    body.raw(0x20, 0, 0x42, 1, 0x7C, 0x10, 0);
    for (int i = 1; i <= count; i++) {
      body.raw(0x20).u32(i).raw(0x85);
    }
  }

  /** As many blocks and branches as a body holds. */
  private static void blocks(Sink body) {
    for (int i = 0; i < 1_200; i++) {
      body.raw(0x02, 0x40, 0x20, 0, 0xA7, 0x0D, 0, 0x20, 0, 0x42, 1, 0x7C, 0x21, 0, 0x0B);
    }
    body.raw(0x20, 0);
  }

  private static String run(CompiledModule compiled, long argument, long fuel) {
    final Launch launch =
        new Launch(
            new HostContext() {},
            fuel,
            4_096,
            262_144,
            new MemoryBudget(1 << 20),
            ExecutionGuard.NONE);
    try (Instance instance = Objects.requireNonNull(compiled.instantiate(launch))) {
      String outcome;
      try {
        outcome = Long.toString(instance.invoke("run", argument)[0]);
      } catch (Trap trap) {
        outcome = trap.code().name();
      }
      return outcome + " " + instance.fuel;
    }
  }

  /** Entry point. */
  public static void main(String[] arguments) throws InterruptedException {
    final Thread worker =
        new Thread(null, () -> detonate(Kind.valueOf(arguments[0])), "worker", 512L << 20);
    worker.start();
    worker.join();
  }

  private static void detonate(Kind kind) {
    final Module module = ModuleValidator.validate(module(kind), WasmProfile.BARE);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
    final Engine interpreter = new ChicoryEngine();
    final CompiledModule reference = interpreter.compile(module, plan, List.of());
    final CompiledModule compiled = new JvmEngine(interpreter).compile(module, plan, List.of());
    final boolean recursive = kind == Kind.SPILLING_RECURSION;
    final long fuel = recursive ? RECURSION_FUEL : FUEL;
    final int hotRuns = recursive ? RECURSIVE_RUNS : HOT_RUNS;
    final int runs = compiled instanceof JvmModule ? hotRuns : 2;
    for (int i = 0; i < runs; i++) {
      final long argument = i % 8;
      final String actual = run(compiled, argument, fuel);
      if (i < 8 || i == runs - 1) {
        final String expected = run(reference, argument, fuel);
        if (!expected.equals(actual)) {
          System.out.println("run " + i + ": interpreter " + expected + ", compiler " + actual);
          System.exit(1);
        }
      }
    }
    System.out.println(compiled instanceof JvmModule ? "compiled" : "interpreted");
  }
}
