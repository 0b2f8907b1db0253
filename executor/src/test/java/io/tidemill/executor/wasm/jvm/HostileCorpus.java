package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Sink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One hostile module in this JVM: {@code HostileCorpus ROW} prints what becomes of it, how long
 * that took and how much memory the process needed at the most. The outcome is the rule that
 * refuses it, or how a call of {@code run} ends on both backends, which have to agree on the fuel
 * as well.
 *
 * <p>Rows are named after the attack catalogue: A bytes, B compilation, C fuel and memory, E traps
 * at the edges. Stacks have {@link StackDepth}.
 */
public final class HostileCorpus {
  private static final long FUEL = 300_000;
  private static final long TRANSACTION_MEMORY = 256L << 20;

  private HostileCorpus() {}

  /** The corpus with its outcomes. */
  enum Row {
    A2_LOCALS_IN_ONE_GROUP("limit-locals", () -> code(new Sink(), locals(1, -1))),
    A3_LOCALS_IN_MANY_GROUPS("limit-locals", () -> code(new Sink(), locals(1_000, 50_000))),
    A4_TYPES("limit-types", () -> Sink.module().section(1, new Sink().u32(-1)).toBytes()),
    A5_CUSTOM_NAME("unexpected-end", () -> Sink.module().section(0, new Sink().u32(-1)).toBytes()),
    A6_SECTION_SIZE("unexpected-end", () -> Sink.module().raw(1).u32(Integer.MIN_VALUE).toBytes()),
    A8_NESTED_BLOCKS("limit-nesting", () -> code(repeat(64_000, 0x02, 0x40))),
    A9_BRANCH_TABLE("limit-branch-table-targets", () -> code(manyTargets(100_000))),
    A10_FUNCTIONS("limit-functions", () -> functions(100_000, new Sink().raw(2, 0, 0x0B))),
    A12_PARAMS(
        "limit-params",
        () -> Sink.module().section(1, new Sink().u32(1).raw(0x60).u32(1_025)).toBytes()),
    A13_START_LOOPS("OUT_OF_FUEL", HostileCorpus::endlessStart),
    A20_MEMORY("limit-memory-pages", () -> memory(65_536)),
    A21_SEGMENTS(
        "limit-data-segments", () -> Sink.module().section(11, new Sink().u32(10_000)).toBytes()),
    A22_CUSTOM_SECTIONS("limit-custom-bytes", HostileCorpus::customs),
    B1_NESTED_LOOPS("OUT_OF_FUEL", () -> code(nestedLoops())),
    B2_STRAIGHT_ADDS("ok", () -> code(straightAdds(40_000))),
    B2_LIVE_VALUES("limit-operand-height", () -> code(repeat(10_000, 0x41, 1))),
    B2_LOCAL_SETS("ok", () -> code(repeat(30_000, 0x41, 1, 0x21, 0), locals(1, 1))),
    B3_FULL_FUNCTIONS("ok", () -> functions(500, sized(straightAdds(500)))),
    B5_CONSTANTS("ok", () -> code(constants(12_000))),
    B5_SMALL_FUNCTIONS("ok", () -> functions(4_096, new Sink().raw(2, 0, 0x0B))),
    B5_BRANCH_TABLES("ok", () -> code(branchTables())),
    B5_LOCALS_OF_A_MODULE("ok", () -> functions(48, sized(new Sink(), locals(1, 1_024)))),
    B6_CALLS("STACK_OVERFLOW", () -> code(repeat(60_000, 0x10, 0))),
    B7_DENSE_CHARGES("ok", () -> code(repeat(32_000, 0x41, 0, 0x0D, 0))),
    B9_EMPTY_LOOP("OUT_OF_FUEL", () -> code(new Sink().raw(0x03, 0x40, 0x0C, 0, 0x0B))),
    B9_DEAD_CODE("ok", () -> code(new Sink().raw(0x0F).bytes(repeat(60_000, 0x01).toBytes()))),
    C3_TREE_OF_CALLS("OUT_OF_FUEL", () -> tree(new Sink())),
    C3_TREE_THAT_TRAPS_AT_THE_LEAF("UNREACHABLE", () -> tree(new Sink().raw(0x00))),
    C5_FILLS("OUT_OF_FUEL", () -> code(loop(fill(0, 65_536)))),
    C5_FILL_OF_4_GIB("OUT_OF_FUEL", () -> code(fill(0, -1))),
    C5_FILL_PAST_THE_END("MEMORY_OUT_OF_BOUNDS", () -> code(fill(65_535, 2))),
    C6_GROWTH("OUT_OF_FUEL", () -> code(loop(new Sink().raw(0x41, 1, 0x40, 0, 0x1A)))),
    C6_GROWTH_BY_4_GIB("OUT_OF_FUEL", () -> code(loop(new Sink().raw(0x41, 0x7F, 0x40, 0, 0x1A)))),
    C8_INDIRECT_CALLS("OUT_OF_FUEL", HostileCorpus::indirectStorm),
    C8_FAR_LOADS("OUT_OF_FUEL", HostileCorpus::farLoads),
    C8_DIVISIONS("OUT_OF_FUEL", () -> code(loop(new Sink().raw(0x42, 0x7F, 0x42, 3, 0x7F, 0x1A)))),
    E1_LOAD_AT_THE_TOP(
        "MEMORY_OUT_OF_BOUNDS", () -> code(new Sink().raw(0x41, 0x7F, 0x29, 0).u32(-1).raw(0x1A))),
    E1_STORE_ACROSS_THE_END(
        "MEMORY_OUT_OF_BOUNDS",
        () -> code(new Sink().raw(0x41).signed(65_532).raw(0x42, 1, 0x37, 0, 0))),
    E3_INDEX_IS_SIZE("UNDEFINED_ELEMENT", () -> indirect(2)),
    E3_INDEX_WRAPS("UNDEFINED_ELEMENT", () -> indirect(1 << 28)),
    E3_INDEX_IS_HUGE("UNDEFINED_ELEMENT", () -> indirect(-1)),
    E3_NULL("INDIRECT_CALL_TO_NULL", () -> indirect(1)),
    E3_OTHER_SIGNATURE("BAD_SIGNATURE", () -> indirect(0));

    final String outcome;
    private final Supplier<byte[]> module;

    Row(String outcome, Supplier<byte[]> module) {
      this.outcome = outcome;
      this.module = module;
    }
  }

  /** A body of {@code instructions} with its locals, a memory of one page and an empty table. */
  private static byte[] code(Sink instructions, Sink locals) {
    return start()
        .section(3, new Sink().raw(1, 0))
        .section(4, new Sink().raw(1, 0x70, 0, 4))
        .section(5, new Sink().raw(1, 0, 1))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(10, new Sink().u32(1).bytes(sized(instructions, locals).toBytes()))
        .toBytes();
  }

  private static byte[] code(Sink instructions) {
    return code(instructions, new Sink().u32(0));
  }

  private static Sink start() {
    return Sink.module().section(1, new Sink().raw(1, 0x60, 0, 0));
  }

  private static Sink sized(Sink instructions) {
    return sized(instructions, new Sink().u32(0));
  }

  private static Sink sized(Sink instructions, Sink locals) {
    return new Sink()
        .sized(new Sink().bytes(locals.toBytes()).bytes(instructions.toBytes()).raw(0x0B));
  }

  private static Sink repeat(int count, int... bytes) {
    final Sink sink = new Sink();
    for (int i = 0; i < count; i++) {
      sink.raw(bytes);
    }
    return sink;
  }

  private static Sink locals(int groups, int each) {
    final Sink locals = new Sink().u32(groups);
    for (int i = 0; i < groups; i++) {
      locals.u32(each).raw(0x7F);
    }
    return locals;
  }

  private static Sink loop(Sink body) {
    return new Sink().raw(0x03, 0x40).bytes(body.toBytes()).raw(0x0C, 0, 0x0B);
  }

  private static Sink manyTargets(int count) {
    return new Sink().raw(0x41, 0, 0x0E).u32(count).bytes(new byte[count + 1]);
  }

  /** As many functions with this body; the first is exported. */
  private static byte[] functions(int count, Sink body) {
    final Sink bodies = new Sink().u32(count);
    for (int i = 0; i < count; i++) {
      bodies.bytes(body.toBytes());
    }
    return start()
        .section(3, new Sink().u32(count).bytes(new byte[count]))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(10, bodies)
        .toBytes();
  }

  private static byte[] endlessStart() {
    return start()
        .section(3, new Sink().raw(1, 0))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(8, new Sink().u32(0))
        .section(10, new Sink().u32(1).bytes(sized(loop(new Sink())).toBytes()))
        .toBytes();
  }

  private static byte[] memory(int pages) {
    return Sink.module().section(5, new Sink().raw(1, 0).u32(pages)).toBytes();
  }

  private static byte[] customs() {
    final Sink module = Sink.module();
    for (int i = 0; i < 60; i++) {
      module.section(0, new Sink().name("c").bytes(new byte[16_000]));
    }
    return module.toBytes();
  }

  /** 250 endless loops in each other; the innermost goes back to the outermost. */
  private static Sink nestedLoops() {
    return new Sink()
        .bytes(repeat(250, 0x03, 0x40).toBytes())
        .raw(0x0C)
        .u32(249)
        .bytes(repeat(250, 0x0B).toBytes());
  }

  /** One sum of constants as long as asked. */
  private static Sink straightAdds(int count) {
    return new Sink().raw(0x41, 0).bytes(repeat(count, 0x41, 1, 0x6A).toBytes()).raw(0x1A);
  }

  /** Distinct 64-bit constants, each of which takes two places of a constant pool. */
  private static Sink constants(int count) {
    final Sink code = new Sink();
    for (int i = 0; i < count; i++) {
      code.raw(0x42).signed(0x1234_5678_0000L + i).raw(0x1A);
    }
    return code;
  }

  /** Twenty branch tables of the greatest size. */
  private static Sink branchTables() {
    final Sink code = new Sink();
    for (int i = 0; i < 20; i++) {
      code.raw(0x02, 0x40).bytes(manyTargets(4_096).toBytes()).raw(0x0B);
    }
    return code;
  }

  /** f(n) calls f(n - 1) twice, from f(40); a leaf does {@code leaf}. */
  private static byte[] tree(Sink leaf) {
    final Sink step = new Sink().raw(0x20, 0, 0x41, 1, 0x6B, 0x10, 1);
    final Sink f =
        new Sink()
            .raw(0x20, 0, 0x45, 0x04, 0x40)
            .bytes(leaf.toBytes())
            .raw(0x0F, 0x0B)
            .bytes(step.toBytes())
            .bytes(step.toBytes());
    return Sink.module()
        .section(1, new Sink().raw(2, 0x60, 0, 0, 0x60, 1, 0x7F, 0))
        .section(3, new Sink().raw(2, 0, 1))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(
            10,
            new Sink()
                .u32(2)
                .bytes(sized(new Sink().raw(0x41, 40, 0x10, 1)).toBytes())
                .bytes(sized(f).toBytes()))
        .toBytes();
  }

  private static Sink fill(int from, int length) {
    return new Sink().raw(0x41).signed(from).raw(0x41, 7, 0x41).signed(length).raw(0xFC, 11, 0);
  }

  /** A table of 256 functions, called in turn and for ever. */
  private static byte[] indirectStorm() {
    final int count = 256;
    final Sink functions = new Sink().u32(count + 1);
    final Sink elements = new Sink().u32(1).raw(0, 0x41, 0, 0x0B).u32(count);
    final Sink bodies = new Sink().u32(count + 1);
    bodies.bytes(
        sized(
                loop(
                    new Sink()
                        .raw(0x20, 0, 0x41)
                        .signed(count - 1)
                        .raw(0x71, 0x11, 0, 0, 0x20, 0, 0x41, 37, 0x6A, 0x21, 0)),
                locals(1, 1))
            .toBytes());
    for (int i = 0; i < count; i++) {
      functions.u32(0);
      elements.u32(i + 1);
      bodies.bytes(sized(new Sink().raw(0x41).signed(i).raw(0x1A)).toBytes());
    }
    functions.u32(0);
    return start()
        .section(3, functions)
        .section(4, new Sink().raw(1, 0x70, 0).u32(count))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(9, elements)
        .section(10, bodies)
        .toBytes();
  }

  /** Loads all over 64 MiB, far from each other. */
  private static byte[] farLoads() {
    final Sink body =
        loop(
            new Sink()
                .raw(0x20, 0, 0x41)
                .signed((64 << 20) - 8)
                .raw(0x71, 0x29, 0, 0, 0x1A, 0x20, 0, 0x41)
                .signed(0x0147_1235)
                .raw(0x6A, 0x21, 0));
    return start()
        .section(3, new Sink().raw(1, 0))
        .section(5, new Sink().raw(1, 0).u32(1_024))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(10, new Sink().u32(1).bytes(sized(body, locals(1, 1)).toBytes()))
        .toBytes();
  }

  /** Calls entry {@code index} of a table of two: an i32 -> () function, and null. */
  private static byte[] indirect(int index) {
    return Sink.module()
        .section(1, new Sink().raw(2, 0x60, 0, 0, 0x60, 1, 0x7F, 0))
        .section(3, new Sink().raw(2, 0, 1))
        .section(4, new Sink().raw(1, 0x70, 0, 2))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(9, new Sink().raw(1, 0, 0x41, 0, 0x0B, 1, 1))
        .section(
            10,
            new Sink()
                .u32(2)
                .bytes(sized(new Sink().raw(0x41).signed(index).raw(0x11, 0, 0)).toBytes())
                .bytes(sized(new Sink()).toBytes()))
        .toBytes();
  }

  private static String outcome(byte[] wasm) {
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, WasmProfile.BARE);
    } catch (InvalidModuleException e) {
      return e.rule().label();
    }
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
    final Engine interpreter = new ChicoryEngine();
    final String reference = run(interpreter.compile(module, plan, List.of()));
    final String compiled = run(new JvmEngine(interpreter).compile(module, plan, List.of()));
    return reference.equals(compiled)
        ? reference.substring(0, reference.indexOf(' '))
        : "interpreter " + reference + ", compiled " + compiled;
  }

  private static String run(CompiledModule compiled) {
    final Launch launch =
        new Launch(
            new HostContext() {},
            FUEL,
            4_096,
            262_144,
            new MemoryBudget(TRANSACTION_MEMORY),
            ExecutionGuard.NONE);
    try (Instance instance = Objects.requireNonNull(compiled.instantiate(launch))) {
      String outcome = "ok";
      try {
        instance.start();
        instance.invoke("run");
      } catch (Trap trap) {
        outcome = trap.code().name();
      }
      return outcome + " with " + instance.fuel + " fuel and " + instance.memory.pages() + " pages";
    }
  }

  /** The most memory this process ever had, in MiB, or -1 where the system does not tell. */
  static long peakMebibytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return -1;
  }

  /** Entry point. */
  public static void main(String[] arguments) throws InterruptedException {
    final Row row = Row.valueOf(arguments[0]);
    final byte[] wasm = row.module.get();
    final Thread worker =
        new Thread(
            null,
            () -> {
              final long began = System.nanoTime();
              final String outcome = outcome(wasm);
              System.out.printf(
                  Locale.ROOT,
                  "%s, %d bytes, %d ms, %d MiB%n",
                  outcome,
                  wasm.length,
                  (System.nanoTime() - began) / 1_000_000,
                  peakMebibytes());
            },
            "worker",
            64L << 20);
    worker.start();
    worker.join();
  }
}
