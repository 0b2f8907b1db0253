package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.bench.Kernel;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.MeteringPlan.FunctionPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guard stops what fuel does not, and a stopped attempt is never a result. */
class GuardTest {
  /** (func (export "run") (param i32) (result i32) (loop (br 0)) unreachable). */
  private static final byte[] ENDLESS = {
    0, 'a', 's', 'm', 1, 0, 0, 0, //
    1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F, //
    3, 2, 1, 0, //
    7, 7, 1, 3, 'r', 'u', 'n', 0, 0, //
    10, 10, 1, 8, 0, 3, 0x40, 0x0C, 0, 0x0B, 0, 0x0B
  };

  @Test
  void shouldStopALoopWhoseChargeIsDisabledByFaultInjection() throws Exception {
    final Module module = ModuleValidator.validate(ENDLESS, WasmProfile.BARE);
    assertStopped(module, withoutCharges(plan(module)), 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ALU", "FIB", "SIEVE", "KECCAK"})
  void shouldStopKernelsWithAndWithoutCharges(Kernel kernel) throws Exception {
    final Module module = ModuleValidator.validate(kernel.wasm(), WasmProfile.BARE);
    final int work = kernel == Kernel.FIB ? 90 : kernel.work();
    assertStopped(module, plan(module), work);
    assertStopped(module, withoutCharges(plan(module)), work);
  }

  private static MeteringPlan plan(Module module) {
    return MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
  }

  private static MeteringPlan withoutCharges(MeteringPlan plan) {
    final List<FunctionPlan> free = new ArrayList<>();
    for (FunctionPlan function : plan.functions()) {
      free.add(
          new FunctionPlan(
              function.frameSlots(),
              new int[0],
              new long[0],
              new MeteringPlan.Check[0],
              function.targets()));
    }
    return new MeteringPlan(
        plan.schedule(), plan.canonicalNans(), plan.maxPages(), free, plan.startCost());
  }

  private static void assertStopped(Module module, MeteringPlan plan, int work) throws Exception {
    final ExecutionGuard guard = new ExecutionGuard();
    final Launch launch =
        new Launch(
            new HostContext() {},
            Long.MAX_VALUE / 2,
            4_096,
            262_144,
            new MemoryBudget(1 << 28),
            guard);
    final AtomicReference<Throwable> ended = new AtomicReference<>();
    try (Instance instance =
        new JvmEngine(new ChicoryEngine()).compile(module, plan, List.of()).instantiate(launch)) {
      instance.start();
      final Thread worker =
          new Thread(
              () -> {
                try {
                  while (true) {
                    instance.invoke("run", work);
                  }
                } catch (RuntimeException e) {
                  ended.set(e);
                }
              });
      worker.start();
      Thread.sleep(200);
      guard.stopped = true;
      worker.join(60_000);
      assertThat(worker.isAlive()).as("still running after it was stopped").isFalse();
    }
    assertThat(ended.get()).isSameAs(ExecutionGuard.AttemptStopped.INSTANCE);
  }

  @Test
  void shouldRefuseToStartWhatIsStoppedAlready() {
    final Module module = ModuleValidator.validate(Kernel.FIB.wasm(), WasmProfile.BARE);
    final ExecutionGuard guard = new ExecutionGuard();
    guard.stopped = true;
    final Launch launch =
        new Launch(
            new HostContext() {}, 10_000_000, 4_096, 262_144, new MemoryBudget(1 << 28), guard);
    try (Instance instance =
        new JvmEngine(new ChicoryEngine())
            .compile(module, plan(module), List.of())
            .instantiate(launch)) {
      assertThatThrownBy(() -> instance.invoke("run", 30))
          .isSameAs(ExecutionGuard.AttemptStopped.INSTANCE);
    }
  }
}
