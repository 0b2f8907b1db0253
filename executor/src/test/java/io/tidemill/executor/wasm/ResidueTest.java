package io.tidemill.executor.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.gen.GeneratedModule;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.Observation;
import io.tidemill.executor.wasm.gen.TraceHost;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No byte of one call is visible to the next, whatever generated code did to its memory. */
class ResidueTest {
  private static final int MODULES = 150;

  @ParameterizedTest
  @MethodSource("io.tidemill.executor.wasm.Backends#all")
  void shouldHandEveryInstanceAMemoryOfZeros(Supplier<LinkingEngine> engines) {
    final Engine engine = engines.get();
    int calls = 0;
    int written = 0;
    for (int seed = 0; seed < MODULES; seed++) {
      final GeneratedModule generated = ModuleGenerator.generate(seed, true);
      final Module module = ModuleValidator.validate(generated.wasm(), WasmProfile.CONTRACT);
      final CompiledModule compiled =
          engine.compile(
              module,
              MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT),
              TraceHost.bindings(true));
      for (Invocation invocation : generated.invocations()) {
        try (Instance instance = compiled.instantiate(launch(invocation.fuel()))) {
          // To the end of the array, past the declared size: that is what a growth uncovers.
          assertThat(nonZero(instance.memory.bytes)).as("seed %d, call %d", seed, calls).isZero();
          try {
            instance.start();
            instance.invoke(invocation.export(), invocation.arguments());
          } catch (Trap e) {
            // However it ended, it may have written.
          }
          calls++;
          written += nonZero(instance.memory.bytes) > 0 ? 1 : 0;
        }
      }
    }
    assertThat(written)
        .as("calls of %d that left something behind", calls)
        .isGreaterThan(calls / 4);
  }

  private static Launch launch(long fuel) {
    return new Launch(
        new TraceHost(),
        fuel,
        200,
        8_000,
        new MemoryBudget((long) Observation.BUDGET_PAGES * LinearMemory.PAGE),
        ExecutionGuard.NONE);
  }

  private static int nonZero(byte[] bytes) {
    int count = 0;
    for (byte b : bytes) {
      count += b != 0 ? 1 : 0;
    }
    return count;
  }

  /**
   * Resetting reaches what was touched and no further: a mark that was put behind the memory's back
   * is still there when the array comes out of the pool again.
   */
  @Test
  void shouldResetNoMoreThanWasTouched() throws Exception {
    final int far = 9 * LinearMemory.PAGE;
    final FutureTask<Byte> marked =
        new FutureTask<>(
            () -> {
              final MemoryBudget budget = new MemoryBudget(64L << 20);
              final LinearMemory first = LinearMemory.allocate(17, 17, budget);
              first.writeLong(3 * LinearMemory.PAGE, -1);
              first.bytes[far] = 42;
              final byte[] array = first.bytes;
              first.release();
              final LinearMemory second = LinearMemory.allocate(17, 17, budget);
              assertThat(second.bytes).as("out of the pool").isSameAs(array);
              assertThat(second.bytes[3 * LinearMemory.PAGE]).isZero();
              return second.bytes[far];
            });
    // The pool of this thread, with its mark, ends with it.
    final Thread thread = new Thread(marked, "pool");
    thread.start();
    assertThat(marked.get()).isEqualTo((byte) 42);
  }
}
