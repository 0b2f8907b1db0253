package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.bench.Kernel;
import io.tidemill.executor.fuel.FuelSchedule;
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
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernels of the benchmark give the same checksum for the same fuel on both backends. */
class KernelsTest {
  private static final long FUEL = 1_000_000_000;

  @ParameterizedTest
  @EnumSource
  void shouldAgreeOnChecksumAndFuelWithTheInterpreter(Kernel kernel) {
    final Engine interpreter = new ChicoryEngine();
    assertThat(run(new JvmEngine(interpreter), kernel)).isEqualTo(run(interpreter, kernel));
  }

  /** Checksum and fuel left. */
  private static List<Long> run(Engine engine, Kernel kernel) {
    final Module module = ModuleValidator.validate(kernel.wasm(), WasmProfile.BARE);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
    final Launch launch =
        new Launch(
            new HostContext() {},
            FUEL,
            4_096,
            262_144,
            new MemoryBudget(1 << 28),
            ExecutionGuard.NONE);
    try (Instance instance =
        Objects.requireNonNull(engine.compile(module, plan, List.of()).instantiate(launch))) {
      instance.start();
      final long checksum = instance.invoke("run", kernel.coldWork())[0];
      return List.of(checksum, instance.fuel);
    }
  }
}
