package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Instrumenter;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.LinkingEngine;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunTrace;
import io.tidemill.executor.wasm.TypeTable;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The reference backend, {@code interpreter}. Safe for use by many threads, but for linking. */
public final class ChicoryEngine implements LinkingEngine {
  /** Its name in configurations. */
  public static final String NAME = "interpreter";

  private final @Nullable RunTrace trace;

  // Modules that are linked to each other number their types alike.
  private final TypeTable linkedTypes = new TypeTable();

  /** The reference backend. */
  public ChicoryEngine() {
    this(null);
  }

  /** A slower one that writes {@code trace}; for a tool that runs one module in one thread. */
  public ChicoryEngine(@Nullable RunTrace trace) {
    this.trace = trace;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports) {
    final List<Extern> externs = new ArrayList<>(imports.size());
    for (HostBinding binding : imports) {
      externs.add(hostFunction(binding));
    }
    return new ChicoryModule(module, plan, Instrumenter.instrument(module, plan), externs, trace);
  }

  @Override
  public Instance link(Module module, MeteringPlan plan, List<Extern> imports, Launch launch) {
    return Objects.requireNonNull(
        new ChicoryModule(
                module, plan, Instrumenter.instrument(module, plan, linkedTypes), imports, trace)
            .instantiate(launch),
        "the memory does not fit the budget");
  }

  @Override
  public Extern export(Instance instance, String name) {
    return ((ChicoryInstance) instance).export(name);
  }

  @Override
  public Extern hostFunction(HostBinding binding) {
    return Extern.function(binding.type(), new HostCall(binding));
  }

  @Override
  public Extern hostGlobal(Module.GlobalType type, long bits) {
    return Extern.global(
        type,
        new GlobalInstance(
            bits,
            0,
            chicoryType(type.type()),
            type.mutable() ? MutabilityType.Var : MutabilityType.Const));
  }

  @Override
  public Extern hostTable(Module.TableType type) {
    final TableLimits limits =
        type.max() < 0 ? new TableLimits(type.min()) : new TableLimits(type.min(), type.max());
    final TableInstance table =
        new TableAdapter(new Table(com.dylibso.chicory.wasm.types.ValType.FuncRef, limits));
    return Extern.table(type, table);
  }

  @Override
  public Extern hostMemory(Module.MemoryType type) {
    final int max = type.max() < 0 ? 65_536 : (int) type.max();
    final int min = (int) type.min();
    return Extern.memory(
        type, LinearMemory.allocate(min, max, new MemoryBudget((long) max * LinearMemory.PAGE)));
  }

  static com.dylibso.chicory.wasm.types.ValType chicoryType(ValType type) {
    return switch (type) {
      case I32 -> com.dylibso.chicory.wasm.types.ValType.I32;
      case I64 -> com.dylibso.chicory.wasm.types.ValType.I64;
      case F32 -> com.dylibso.chicory.wasm.types.ValType.F32;
      case F64 -> com.dylibso.chicory.wasm.types.ValType.F64;
    };
  }

  static List<com.dylibso.chicory.wasm.types.ValType> chicoryTypes(List<ValType> types) {
    final List<com.dylibso.chicory.wasm.types.ValType> all = new ArrayList<>(types.size());
    for (ValType type : types) {
      all.add(chicoryType(type));
    }
    return all;
  }

  /** A function of another instance. */
  record LinkedFunction(ChicoryInstance owner, int index) {}
}
