package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.state.hash.Blake3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be seen of one call on a fresh instance; two backends agree when these are
 * equal.
 *
 * @param outcome {@code ok}, or the trap code, with {@code start:} before it when the start trapped
 * @param results raw bits
 * @param fuelLeft after the call
 * @param pages of the memory
 * @param memory all of it
 * @param globals raw bits of the exported globals
 * @param trace host calls
 */
public record Observation(
    String outcome,
    List<Long> results,
    long fuelLeft,
    int pages,
    Image memory,
    List<Long> globals,
    List<String> trace) {

  /** Pages that a transaction may hold while observed: few, so that the budget refuses at times. */
  public static final int BUDGET_PAGES = 5;

  /** Bytes that are compared as they are and written as their Blake3, which takes much longer. */
  public record Image(byte[] bytes) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Image that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return Blake3.hash(bytes).toString();
    }
  }

  /** The module as {@code engine} has it. */
  public static CompiledModule compile(Engine engine, GeneratedModule generated, boolean floats) {
    final WasmProfile profile =
        floats ? WasmProfile.CONTRACT : WasmProfile.CONTRACT.withFloats(WasmProfile.Floats.DENY);
    final Module module = ModuleValidator.validate(generated.wasm(), profile);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, profile);
    return engine.compile(module, plan, TraceHost.bindings(floats));
  }

  /** Runs one call. */
  public static Observation of(
      CompiledModule compiled, GeneratedModule generated, Invocation invocation) {
    final TraceHost host = new TraceHost();
    final Instance instance =
        compiled.instantiate(
            new Launch(
                host,
                invocation.fuel(),
                200,
                8_000,
                new MemoryBudget((long) BUDGET_PAGES * LinearMemory.PAGE),
                ExecutionGuard.NONE));
    if (instance == null) {
      throw new IllegalStateException("seed " + generated.seed() + ": memory does not fit");
    }
    try (instance) {
      String stage = "start:";
      String outcome = "ok";
      final List<Long> results = new ArrayList<>();
      try {
        instance.start();
        stage = "";
        for (long result : instance.invoke(invocation.export(), invocation.arguments())) {
          results.add(result);
        }
      } catch (Trap trap) {
        outcome = stage + trap.code();
      }
      final List<Long> globals = new ArrayList<>();
      for (String global : generated.globals()) {
        globals.add(instance.exportedGlobal(global));
      }
      final byte[] memory = instance.memory.read(0, (int) instance.memory.size());
      return new Observation(
          outcome,
          results,
          instance.fuel,
          instance.memory.pages(),
          new Image(memory),
          globals,
          host.lines());
    }
  }
}
