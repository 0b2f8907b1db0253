package io.tidemill.executor.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.fuel.FuelSchedule;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Places where engines are known to go wrong, on every backend. */
class NumericTest {
  private static final long CANONICAL_32 = 0x7FC0_0000L;
  private static final long CANONICAL_64 = 0x7FF8_0000_0000_0000L;

  private static Instance instance(Supplier<LinkingEngine> engines) {
    final Module module = ModuleValidator.validate(NumericModule.bytes(), WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final Launch launch =
        new Launch(
            new HostContext() {},
            1L << 40,
            4_096,
            262_144,
            new MemoryBudget(0),
            ExecutionGuard.NONE);
    final Instance instance = engines.get().compile(module, plan, List.of()).instantiate(launch);
    instance.start();
    return instance;
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldRoundUnsignedConversionsToNearestEven(Supplier<LinkingEngine> engines) {
    final Instance instance = instance(engines);
    final long[] numbers = {
      0,
      1,
      -1,
      Long.MIN_VALUE,
      Long.MAX_VALUE,
      -164_935_335_142_746_021L,
      0x8000_0000_0000_0400L,
      0x8000_0000_0000_0C00L,
      0x8000_0000_0000_0401L,
      0x8000_0080_0000_0000L,
      0x8000_0180_0000_0000L,
      0x8000_0080_0000_0001L,
      0xFFFF_FF7F_FFFF_FFFFL,
      0xFFFF_FF80_0000_0000L,
      0xFFFF_FFFF_FFFF_FC00L
    };
    for (long number : numbers) {
      final BigDecimal exact = new BigDecimal(new BigInteger(Long.toUnsignedString(number)));
      assertThat(instance.invoke("f32.convert_i64_u", number)[0])
          .as(Long.toUnsignedString(number))
          .isEqualTo(Float.floatToRawIntBits(exact.floatValue()) & 0xFFFF_FFFFL);
      assertThat(instance.invoke("f64.convert_i64_u", number)[0])
          .as(Long.toUnsignedString(number))
          .isEqualTo(Double.doubleToRawLongBits(exact.doubleValue()));
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldTreatSignsAsBits(Supplier<LinkingEngine> engines) {
    final Instance instance = instance(engines);
    final long[] signs = {0, 0x8000_0000L, 0x4F7F_C000L, 0x4EFF_8000L, 0x7FC0_0001L, 0xFFA0_0000L};
    for (long magnitude : new long[] {0x3F80_0000L, 0xFF80_0001L, 0x7FA1_2345L, 0x8000_0000L}) {
      for (long sign : signs) {
        assertThat(instance.invoke("f32.copysign", magnitude, sign)[0])
            .isEqualTo((magnitude & 0x7FFF_FFFFL) | (sign & 0x8000_0000L));
      }
      assertThat(instance.invoke("f32.neg", magnitude)[0]).isEqualTo(magnitude ^ 0x8000_0000L);
      assertThat(instance.invoke("f32.abs", magnitude)[0]).isEqualTo(magnitude & 0x7FFF_FFFFL);
    }
    final long nan = 0xFFF4_0000_0000_0001L;
    assertThat(instance.invoke("f64.copysign", nan, 0)[0]).isEqualTo(nan & Long.MAX_VALUE);
    assertThat(instance.invoke("f64.neg", nan)[0]).isEqualTo(nan ^ Long.MIN_VALUE);
    assertThat(instance.invoke("f64.abs", nan)[0]).isEqualTo(nan & Long.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldGiveTheCanonicalNanForEveryArithmeticInstruction(Supplier<LinkingEngine> engines) {
    final Instance instance = instance(engines);
    final long[] nans32 = {0x7FC0_0000L, 0xFFC0_0000L, 0x7FA0_0001L, 0xFF80_0001L, 0x7FFF_FFFFL};
    final long[] nans64 = {
      CANONICAL_64, 0xFFF8_0000_0000_0000L, 0x7FF4_0000_0000_0001L, 0xFFF0_0000_0000_0001L, -1L
    };
    for (int opcode : NumericModule.opcodes()) {
      if (!OpcodeTable.makesArbitraryNan(opcode)) {
        continue;
      }
      final String signature = OpcodeTable.signature(opcode);
      final long expected = signature.endsWith("f") ? CANONICAL_32 : CANONICAL_64;
      for (long nan : signature.charAt(0) == 'f' ? nans32 : nans64) {
        final long[] arguments = new long[NumericModule.operands(opcode)];
        for (int i = 0; i < arguments.length; i++) {
          arguments[i] = signature.charAt(0) == 'f' ? 0x3F80_0000L : 0x3FF0_0000_0000_0000L;
        }
        for (int i = 0; i < arguments.length; i++) {
          final long[] one = arguments.clone();
          one[i] = nan;
          assertThat(instance.invoke(OpcodeTable.name(opcode), one)[0])
              .as(OpcodeTable.name(opcode) + " of " + Long.toHexString(nan))
              .isEqualTo(expected);
        }
      }
    }
  }
}
