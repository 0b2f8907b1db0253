package io.tidemill.executor.wasm;

import static io.tidemill.executor.wasm.HandMade.code;
import static io.tidemill.executor.wasm.HandMade.entryType;
import static io.tidemill.executor.wasm.HandMade.repeat;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.Chance;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.Sink;
import io.tidemill.executor.wasm.gen.TraceHost;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes that were made to hurt: each gets a rule name or runs, and nothing else ever comes out. */
class HostileModuleTest {
  private static final int ACCEPTED_EXPANSION = 16;

  /** The rule label, or accepted. Whatever is accepted must also be metered and parsed. */
  private static String verdict(byte[] wasm) {
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    } catch (InvalidModuleException e) {
      return e.rule().label();
    }
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final MeteredModule metered = Instrumenter.instrument(module, plan);
    assertThat(metered.bytes().length).isLessThan(ACCEPTED_EXPANSION * wasm.length + 1_024);
    return "accepted";
  }

  @Test
  void shouldRefuseEveryTruncationOfTheCode() {
    final byte[] whole = ModuleGenerator.generate(11).wasm();
    for (int length = 0; length < whole.length; length++) {
      final byte[] part = Arrays.copyOf(whole, length);
      // Bytes that end behind a section, before the functions are declared, are a module too.
      if (length > whole.length / 2) {
        assertThat(verdict(part)).as("first " + length + " bytes").isNotEqualTo("accepted");
      } else {
        verdict(part);
      }
    }
  }

  @Test
  void shouldGiveAVerdictOnEveryMutation() {
    final int cases = Integer.getInteger("tidemill.cases", 6_000);
    for (int seed = 0; seed < cases; seed++) {
      final Chance chance = new Chance(seed);
      final byte[] wasm = ModuleGenerator.generate(seed % 200).wasm().clone();
      for (int i = chance.between(1, 4); i > 0; i--) {
        mutate(wasm, chance);
      }
      try {
        verdict(wasm);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("mutation seed " + seed, e);
      }
    }
  }

  private static void mutate(byte[] wasm, Chance chance) {
    final int at = chance.below(wasm.length);
    switch (chance.below(4)) {
      case 0 -> wasm[at] ^= (byte) (1 << chance.below(8));
      case 1 -> wasm[at] = (byte) chance.bits();
      case 2 -> Arrays.fill(wasm, at, Math.min(wasm.length, at + 5), (byte) 0xFF);
      default -> {
        final int from = chance.below(wasm.length);
        final int length = Math.min(chance.below(32), wasm.length - Math.max(at, from));
        System.arraycopy(wasm, from, wasm, at, length);
      }
    }
  }

  @Test
  void shouldRunEveryMutationThatIsAccepted() {
    int accepted = 0;
    for (int seed = 0; seed < 1_500; seed++) {
      final byte[] wasm = ModuleGenerator.generate(seed % 50, true).wasm().clone();
      mutate(wasm, new Chance(seed));
      if (!verdict(wasm).equals("accepted")) {
        continue;
      }
      final Module module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
      if (!module.importsOf(Module.Kind.FUNCTION).stream()
          .map(Module.Import::name)
          .toList()
          .equals(TraceHost.functions(true).stream().map(TraceHost.Function::name).toList())) {
        continue;
      }
      accepted++;
      final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
      try {
        new ChicoryEngine().compile(module, plan, TraceHost.bindings(true));
      } catch (RuntimeException e) {
        throw new AssertionError("mutation seed " + seed, e);
      }
    }
    assertThat(accepted).isGreaterThan(50);
  }

  @Test
  void shouldGiveEveryBombItsVerdict() {
    final Map<String, byte[]> bombs = new LinkedHashMap<>();
    final Map<String, String> verdicts = new LinkedHashMap<>();
    bombs.put("2^32-1 locals in one group", code(new Sink(), locals(1, -1)));
    verdicts.put("2^32-1 locals in one group", "limit-locals");
    bombs.put("1,000 groups of 1,000 locals", code(new Sink(), locals(1_000, 1_000)));
    verdicts.put("1,000 groups of 1,000 locals", "limit-locals");
    bombs.put("2^32-1 types", Sink.module().section(1, new Sink().u32(-1)).toBytes());
    verdicts.put("2^32-1 types", "limit-types");
    bombs.put("2^32-1 br_table targets", code(new Sink().raw(0x41, 0, 0x0E).u32(-1)));
    verdicts.put("2^32-1 br_table targets", "limit-branch-table-targets");
    bombs.put("section of 2^31 bytes", Sink.module().raw(1).u32(Integer.MIN_VALUE).toBytes());
    verdicts.put("section of 2^31 bytes", "unexpected-end");
    bombs.put("body of 2^32-1 bytes", bodyOfLength(-1));
    verdicts.put("body of 2^32-1 bytes", "unexpected-end");
    bombs.put("65,000 nested blocks", code(repeat(65_000, Opcodes.BLOCK, 0x40)));
    verdicts.put("65,000 nested blocks", "limit-nesting");
    bombs.put("100,000 functions", functions(100_000));
    verdicts.put("100,000 functions", "limit-functions");
    bombs.put("4,096 functions", functions(4_096));
    verdicts.put("4,096 functions", "accepted");
    bombs.put("1 MiB of 0xFF", filled(0xFF));
    verdicts.put("1 MiB of 0xFF", "leb-too-long");
    bombs.put("1 MiB of zeros", filled(0));
    verdicts.put("1 MiB of zeros", "unexpected-end");
    bombs.put("straight line of 40,000 br_if", code(repeat(32_000, 0x41, 0, 0x0D, 0)));
    verdicts.put("straight line of 40,000 br_if", "accepted");
    bombs.put("dense float chain", floats(40_000));
    verdicts.put("dense float chain", "accepted");
    bombs.put("60,000 calls", code(repeat(60_000, 0x10, 0)));
    verdicts.put("60,000 calls", "accepted");
    bombs.put("128 KiB of nop", code(repeat(130_000, Opcodes.NOP)));
    verdicts.put("128 KiB of nop", "accepted");
    bombs.forEach(
        (name, wasm) -> {
          assertThat(verdict(wasm)).as(name).isEqualTo(verdicts.get(name));
        });
  }

  private static Sink locals(int groups, int each) {
    final Sink locals = new Sink().u32(groups);
    for (int i = 0; i < groups; i++) {
      locals.u32(each).raw(0x7E);
    }
    return locals;
  }

  private static byte[] bodyOfLength(int length) {
    return entryType()
        .section(3, new Sink().raw(1, 0))
        .section(10, new Sink().u32(1).u32(length).raw(0, 0x0B))
        .toBytes();
  }

  private static byte[] functions(int count) {
    final Sink bodies = new Sink().u32(count);
    for (int i = 0; i < count; i++) {
      bodies.raw(2, 0, 0x0B);
    }
    return entryType()
        .section(3, new Sink().u32(count).bytes(new byte[count]))
        .section(10, bodies)
        .toBytes();
  }

  private static byte[] filled(int value) {
    final byte[] bytes = new byte[1 << 20];
    Arrays.fill(bytes, (byte) value);
    System.arraycopy(Sink.module().toBytes(), 0, bytes, 0, 8);
    return bytes;
  }

  private static byte[] floats(int count) {
    final Sink code = new Sink().raw(0x44).fixed(0x4000_0000_0000_0000L, 8);
    // The negation keeps the bits of a NaN, so each root before it has to be made canonical.
    return code(code.bytes(repeat(count, 0x9F, 0x9A).toBytes()).op(Opcodes.DROP));
  }
}
