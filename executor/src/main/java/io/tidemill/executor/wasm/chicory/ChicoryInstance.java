package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportGlobal;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Module.Export;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.executor.wasm.RunObserver;
import io.tidemill.executor.wasm.ValType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of a metered module in the interpreter. The counters live in globals of the module while
 * wasm runs, and in the fields of {@link Instance} while the host runs; every crossing moves them.
 */
final class ChicoryInstance extends Instance {
  private final ChicoryModule compiled;
  private final Module module;
  private final MemoryBudget budget;
  private final List<FunctionType> functionTypes;
  private final com.dylibso.chicory.runtime.Instance running;
  private final GlobalInstance fuelGlobal;
  private final GlobalInstance framesGlobal;
  private final GlobalInstance slotsGlobal;
  private final GlobalInstance pagesGlobal;
  private final boolean ownsMemory;
  private final @Nullable RunObserver observer;

  ChicoryInstance(ChicoryModule compiled, Launch launch, LinearMemory own) {
    super(launch);
    this.compiled = compiled;
    this.module = compiled.module();
    this.budget = launch.memory();
    this.functionTypes = module.functionTypes();
    this.ownsMemory = !module.memories().isEmpty();
    this.memory = ownsMemory ? own : importedMemory();
    final Watch watch = new Watch(this);
    this.observer = compiled.trace() == null ? launch.host().observer() : compiled.trace();
    this.running =
        com.dylibso.chicory.runtime.Instance.builder(compiled.parsed())
            .withMachineFactory(
                observer == null
                    ? InterpreterMachine::new
                    : instance ->
                        new TracedMachine(
                            instance, observer, module.imported(Kind.FUNCTION), startFunction()))
            .withStart(false)
            .withMemoryFactory(limits -> new MemoryAdapter(own, module, compiled.plan().maxPages()))
            .withTableFactory((table, initial) -> new TableAdapter(table))
            .withImportValues(importValues())
            .withUnsafeExecutionListener(watch)
            .build();
    final MeteredModule metered = compiled.metered();
    watch.attach(running);
    if (observer != null) {
      watch.report(compiled.spending(), observer);
    }
    this.fuelGlobal = running.global(metered.fuelGlobal());
    this.framesGlobal = running.global(metered.framesGlobal());
    this.slotsGlobal = running.global(metered.slotsGlobal());
    this.pagesGlobal = running.global(metered.pagesGlobal());
  }

  private LinearMemory importedMemory() {
    for (Extern extern : compiled.imports()) {
      if (extern.kind() == Kind.MEMORY) {
        return (LinearMemory) extern.handle();
      }
    }
    return LinearMemory.NONE;
  }

  private ImportValues importValues() {
    final ImportValues.Builder values = ImportValues.builder();
    int functionIndex = 0;
    for (int i = 0; i < compiled.imports().size(); i++) {
      final Module.Import entry = module.imports().get(i);
      final Extern extern = compiled.imports().get(i);
      final String from = entry.module();
      final String name = entry.name();
      switch (entry.kind()) {
        case FUNCTION -> {
          final FunctionType type = module.types().get(entry.typeIndex());
          values.addFunction(
              new ImportFunction(
                  from,
                  name,
                  com.dylibso.chicory.wasm.types.FunctionType.of(
                      ChicoryEngine.chicoryTypes(type.params()),
                      ChicoryEngine.chicoryTypes(type.results())),
                  handle(extern, functionIndex++)));
        }
        case TABLE -> values.addTable(new ImportTable(from, name, (TableInstance) extern.handle()));
        case MEMORY -> {
          final long max = Objects.requireNonNull(extern.memory()).max();
          values.addMemory(
              new ImportMemory(
                  from, name, new MemoryAdapter(memory, module, max < 0 ? 65_536 : (int) max)));
        }
        case GLOBAL ->
            values.addGlobal(new ImportGlobal(from, name, (GlobalInstance) extern.handle()));
      }
    }
    return values.build();
  }

  private WasmFunctionHandle handle(Extern extern, int index) {
    if (extern.handle() instanceof HostCall call) {
      return observer == null
          ? (caller, arguments) -> host(call, arguments)
          : (caller, arguments) -> observed(call, index, arguments, observer);
    }
    final ChicoryEngine.LinkedFunction linked = (ChicoryEngine.LinkedFunction) extern.handle();
    return (caller, arguments) ->
        linked.owner().running.getMachine().call(linked.index(), arguments);
  }

  private long[] host(HostCall call, long[] arguments) {
    leaveWasm();
    try {
      return call.call(this, arguments);
    } finally {
      enterWasm();
    }
  }

  private long[] observed(HostCall call, int index, long[] arguments, RunObserver who) {
    who.calling(index, arguments, Math.max(0, fuelGlobal.getValue()));
    final long[] results;
    try {
      results = host(call, arguments);
    } catch (RuntimeException e) {
      who.unwound(index);
      throw e;
    }
    who.called(index, results, fuel);
    return results;
  }

  private void enterWasm() {
    fuelGlobal.setValue(fuel);
    framesGlobal.setValue(framesLeft);
    slotsGlobal.setValue(slotsLeft);
    pagesGlobal.setValue(Math.min(budget.bytesLeft() / LinearMemory.PAGE, Integer.MAX_VALUE));
  }

  private void leaveWasm() {
    fuel = Math.max(0, fuelGlobal.getValue());
    framesLeft = (int) framesGlobal.getValue();
    slotsLeft = (int) slotsGlobal.getValue();
  }

  private int startFunction() {
    return module.imported(Kind.FUNCTION) + module.functions().size();
  }

  @Override
  public void start() {
    run(startFunction(), new long[0]);
  }

  @Override
  public long[] invoke(String name, long... arguments) {
    final Export export = required(name, Kind.FUNCTION);
    final FunctionType type = functionTypes.get(export.index());
    if (arguments.length != type.params().size()) {
      throw new IllegalArgumentException(
          name + " takes " + type + ", but " + arguments.length + " arguments were given");
    }
    final long @Nullable [] results = run(export.index(), arguments);
    if (results == null) {
      return new long[0];
    }
    for (int i = 0; i < results.length; i++) {
      results[i] = lowBits(type.results().get(i), results[i]);
    }
    return results;
  }

  private long @Nullable [] run(int function, long[] arguments) {
    final int frames = framesLeft;
    final int slots = slotsLeft;
    enterWasm();
    try {
      return running.getMachine().call(function, arguments);
    } catch (RuntimeException e) {
      throw Traps.translate(
          e, fuelGlobal.getValue(), (int) framesGlobal.getValue(), (int) slotsGlobal.getValue());
    } finally {
      leaveWasm();
      framesLeft = frames;
      slotsLeft = slots;
    }
  }

  private static long lowBits(ValType type, long bits) {
    return type == ValType.I32 || type == ValType.F32 ? bits & 0xFFFF_FFFFL : bits;
  }

  @Override
  public long exportedGlobal(String name) {
    final int index = required(name, Kind.GLOBAL).index();
    return lowBits(module.globalTypes().get(index).type(), running.global(index).getValue());
  }

  private Export required(String name, Kind kind) {
    final Export export = module.export(name, kind);
    if (export == null) {
      throw new IllegalArgumentException("no exported " + kind + " named " + name);
    }
    return export;
  }

  /** What this instance exports as {@code name}, whatever its kind. */
  Extern export(String name) {
    for (Export export : module.exports()) {
      if (export.name().equals(name)) {
        return extern(export);
      }
    }
    throw new IllegalArgumentException("no export named " + name);
  }

  private Extern extern(Export export) {
    final int index = export.index();
    return switch (export.kind()) {
      case FUNCTION ->
          Extern.function(functionTypes.get(index), new ChicoryEngine.LinkedFunction(this, index));
      case TABLE -> {
        final TableInstance table = running.table(index);
        final long max = tableMax();
        yield Extern.table(new Module.TableType(table.size(), max), table);
      }
      case MEMORY -> Extern.memory(new Module.MemoryType(memory.pages(), memoryMax()), memory);
      case GLOBAL -> Extern.global(module.globalTypes().get(index), running.global(index));
    };
  }

  // The declared maximum of what is exported: of the import, where it is passed on.
  private long tableMax() {
    for (Extern extern : compiled.imports()) {
      if (extern.table() != null) {
        return extern.table().max();
      }
    }
    return Objects.requireNonNull(module.table()).max();
  }

  private long memoryMax() {
    for (Extern extern : compiled.imports()) {
      if (extern.memory() != null) {
        return extern.memory().max();
      }
    }
    return Objects.requireNonNull(module.memory()).max();
  }

  @Override
  public void close() {
    if (ownsMemory) {
      memory.release();
    }
  }
}
