package io.tidemill.executor.wasm;

import static io.tidemill.executor.wasm.HandMade.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.gen.Sink;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuel, stack and memory to the last unit, on every backend. Sources: decisions F2, F3, W5, W6. */
class MeteringTest {
  private static final int PAGES = 3;

  private static Instance start(
      Supplier<LinkingEngine> engines, byte[] wasm, long fuel, int frames, int slots) {
    final Module module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final Launch launch =
        new Launch(
            new HostContext() {},
            fuel,
            frames,
            slots,
            new MemoryBudget((long) PAGES * LinearMemory.PAGE),
            ExecutionGuard.NONE);
    final Instance instance = engines.get().compile(module, plan, List.of()).instantiate(launch);
    instance.start();
    return instance;
  }

  private static Instance start(Supplier<LinkingEngine> engines, Sink code, long fuel) {
    return start(engines, code(code), fuel, 10, 1_000);
  }

  private static long cost(Supplier<LinkingEngine> engines, Sink code) {
    final Instance instance = start(engines, code, 1_000_000);
    instance.invoke("run");
    return 1_000_000 - instance.fuel;
  }

  private static void trapsWith(TrapCode code, Instance instance) {
    assertThatThrownBy(() -> instance.invoke("run")).isSameAs(Trap.of(code));
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldChargeTheListedPriceOfEachInstruction(Supplier<LinkingEngine> engines) {
    assertThat(cost(engines, new Sink())).isZero();
    assertThat(cost(engines, new Sink().raw(0x41, 1, 0x1A))).isEqualTo(1);
    // Two constants and a division.
    assertThat(cost(engines, new Sink().raw(0x41, 6, 0x41, 3, 0x6D, 0x1A))).isEqualTo(5);
    // A constant and a load.
    assertThat(cost(engines, new Sink().raw(0x41, 0, 0x28, 2, 0, 0x1A))).isEqualTo(6);
    // A block costs nothing, a taken br_if 2 with its condition.
    assertThat(cost(engines, new Sink().raw(0x02, 0x40, 0x41, 1, 0x0D, 0, 0x0B))).isEqualTo(2);
  }

  /**
   * A block is free, and a body has room for 40,000: a module may not make us walk through them.
   */
  @Test
  void shouldNotWriteBlocksThatNoBranchNames() {
    final Sink plain = new Sink().raw(0x41, 1, 0x1A);
    final Sink wrapped = new Sink();
    for (int i = 0; i < 100; i++) {
      wrapped.raw(0x02, 0x40, 0x03, 0x40);
    }
    wrapped.raw(0x02, 0x7F, 0x41, 1, 0x0B, 0x1A);
    for (int i = 0; i < 100; i++) {
      wrapped.raw(0x0B, 0x0B);
    }
    assertThat(metered(wrapped)).isEqualTo(metered(plain));
    // What follows a free block whose end is not reached is not reached either.
    assertThat(metered(new Sink().raw(0x02, 0x40, 0x00, 0x0B, 0x41, 1, 0x1A)))
        .isEqualTo(metered(new Sink().raw(0x00, 0x41, 1, 0x1A)));
  }

  private static byte[] metered(Sink code) {
    final Module module = ModuleValidator.validate(code(code), WasmProfile.CONTRACT);
    return Instrumenter.instrument(
            module, MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT))
        .bytes();
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldCountThroughBlocksThatNoBranchNames(Supplier<LinkingEngine> engines) {
    // A dead end in a free block inside a block that a branch leaves, and code after both.
    final Sink code =
        new Sink()
            .raw(0x02, 0x40, 0x02, 0x40, 0x0C, 1, 0x0B, 0x41, 1, 0x1A, 0x0B)
            .raw(0x41, 2, 0x03, 0x7F, 0x41, 3, 0x0B, 0x6A, 0x1A);
    // The branch, two constants and the addition.
    assertThat(cost(engines, code)).isEqualTo(1 + 3);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldChargeTheWholeBlockBeforeItTraps(Supplier<LinkingEngine> engines) {
    // i32.const -1, i32.load, drop, then ten more constants that never run.
    final Sink code = new Sink().raw(0x41, 0x7F, 0x28, 2, 0, 0x1A);
    for (int i = 0; i < 10; i++) {
      code.raw(0x41, 1, 0x1A);
    }
    final Instance instance = start(engines, code, 100);
    trapsWith(TrapCode.MEMORY_OUT_OF_BOUNDS, instance);
    assertThat(instance.fuel).isEqualTo(100 - 16);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldStopExactlyWhereFuelEnds(Supplier<LinkingEngine> engines) {
    final Sink code = new Sink().raw(0x41, 6, 0x41, 3, 0x6D, 0x1A);
    final Instance enough = start(engines, code, 5);
    enough.invoke("run");
    assertThat(enough.fuel).isZero();
    final Instance tooLittle = start(engines, code, 4);
    trapsWith(TrapCode.OUT_OF_FUEL, tooLittle);
    assertThat(tooLittle.fuel).isZero();
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldEndAnEmptyLoop(Supplier<LinkingEngine> engines) {
    trapsWith(
        TrapCode.OUT_OF_FUEL, start(engines, new Sink().raw(0x03, 0x40, 0x0C, 0, 0x0B), 1_000));
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldChargeBulkOperationsByLengthBeforeTheBoundsCheck(Supplier<LinkingEngine> engines) {
    // memory.fill of 17 bytes: three constants, 5, and 3 for the length.
    final Sink fill = new Sink().raw(0x41, 0, 0x41, 7, 0x41, 17, 0xFC, 11, 0);
    assertThat(cost(engines, fill)).isEqualTo(3 + 5 + 3);
    final Sink past = new Sink().raw(0x41, 0x7F, 0x41, 7, 0x41, 17, 0xFC, 11, 0);
    final Instance instance = start(engines, past, 100);
    trapsWith(TrapCode.MEMORY_OUT_OF_BOUNDS, instance);
    assertThat(instance.fuel).isEqualTo(100 - 11);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldDecideGrowthBeforeChargingForIt(Supplier<LinkingEngine> engines) {
    // One page is declared, the transaction may hold three.
    final Sink grows = new Sink().raw(0x41, 2, 0x40, 0, 0x1A);
    assertThat(cost(engines, grows)).isEqualTo(1 + 5 + 2 * 200);
    final Sink refused = new Sink().raw(0x41, 3, 0x40, 0, 0x1A);
    assertThat(cost(engines, refused)).isEqualTo(1 + 5);
    final Sink byNothing = new Sink().raw(0x41, 0, 0x40, 0, 0x1A);
    assertThat(cost(engines, byNothing)).isEqualTo(1 + 5);
    final Instance poor = start(engines, grows, 300);
    trapsWith(TrapCode.OUT_OF_FUEL, poor);
    assertThat(poor.memory.pages()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldStopRecursionByFramesAndBySlots(Supplier<LinkingEngine> engines) {
    final byte[] recursion = code(new Sink().raw(0x10, 0));
    final Instance byFrames = start(engines, recursion, 1_000, 10, 1_000);
    trapsWith(TrapCode.STACK_OVERFLOW, byFrames);
    // Ten frames ran their call; the eleventh was not entered.
    assertThat(byFrames.fuel).isEqualTo(1_000 - 10 * 2);
    final Instance bySlots = start(engines, recursion, 1_000, 4_096, 8 * 25 + 7);
    trapsWith(TrapCode.STACK_OVERFLOW, bySlots);
    assertThat(bySlots.fuel).isEqualTo(1_000 - 25 * 2);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldChargeTheCallBeforeItsStack(Supplier<LinkingEngine> engines) {
    final Instance instance = start(engines, code(new Sink().raw(0x10, 0)), 1, 1, 1_000);
    trapsWith(TrapCode.OUT_OF_FUEL, instance);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldTellItsOwnTrapsFromUnreachable(Supplier<LinkingEngine> engines) {
    trapsWith(TrapCode.UNREACHABLE, start(engines, new Sink().raw(0x00), 100));
    trapsWith(TrapCode.OUT_OF_FUEL, start(engines, new Sink().raw(0x00), 0));
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldChargeDeclaredPagesAndSegmentsOnce(Supplier<LinkingEngine> engines) {
    final Module module =
        ModuleValidator.validate(
            Sink.module()
                .section(5, new Sink().raw(1, 0, 40))
                .section(11, new Sink().raw(1, 0, 0x41, 0, 0x0B).u32(9).bytes(new byte[9]))
                .toBytes(),
            WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    assertThat(plan.startCost()).isEqualTo(8 * 200 + 5 + 2);
    final MemoryBudget budget = new MemoryBudget(64L << 20);
    final Launch launch =
        new Launch(new HostContext() {}, 2_000, 10, 100, budget, ExecutionGuard.NONE);
    final Instance instance = engines.get().compile(module, plan, List.of()).instantiate(launch);
    assertThat(budget.bytesLeft()).isEqualTo((64L << 20) - 40L * LinearMemory.PAGE);
    instance.start();
    assertThat(instance.fuel).isEqualTo(2_000 - 1_607);
    instance.close();
    assertThat(budget.bytesLeft()).isEqualTo(64L << 20);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldNotInstantiateWhatTheBudgetCannotHold(Supplier<LinkingEngine> engines) {
    final Module module = ModuleValidator.validate(code(new Sink()), WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final MemoryBudget budget = new MemoryBudget(LinearMemory.PAGE - 1);
    final Launch launch = new Launch(new HostContext() {}, 1, 10, 100, budget, ExecutionGuard.NONE);
    assertThat(engines.get().compile(module, plan, List.of()).instantiate(launch)).isNull();
    assertThat(budget.bytesLeft()).isEqualTo(LinearMemory.PAGE - 1);
  }

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldStopWhenTheGuardSaysSo(Supplier<LinkingEngine> engines) {
    final Module module =
        ModuleValidator.validate(
            code(new Sink().raw(0x03, 0x40, 0x0C, 0, 0x0B)), WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final ExecutionGuard guard = new ExecutionGuard();
    guard.stopped = true;
    final MemoryBudget budget = new MemoryBudget(1L << 20);
    final Launch launch = new Launch(new HostContext() {}, 1L << 40, 10, 100, budget, guard);
    final Instance instance = engines.get().compile(module, plan, List.of()).instantiate(launch);
    instance.start();
    assertThatThrownBy(() -> instance.invoke("run"))
        .isInstanceOf(ExecutionGuard.AttemptStopped.class);
  }
}
