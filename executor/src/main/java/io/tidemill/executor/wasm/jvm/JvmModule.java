package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled module: its classes, loaded, and what every instance of it starts from. */
public final class JvmModule implements CompiledModule {
  private static final GlobalCell[] NO_CELLS = {};

  /** What a class loader and its smallest classes take: 10 KiB of metaspace and some heap. */
  private static final long LOADER_BYTES = 16L << 10;

  /** A class file stays in the heap, and becomes metadata and machine code of about its size. */
  private static final int BYTES_PER_CLASS_BYTE = 3;

  private final ModuleLayout layout;
  private final long sizeBytes;
  private final MethodHandle constructor;
  private final Map<String, Integer> functionExports = new HashMap<>();
  private final Map<String, Integer> globalExports = new HashMap<>();
  private final int tableSize;
  private final int mostResults;

  JvmModule(ModuleLayout layout, List<ClassBytes> classes) {
    this.layout = layout;
    long size = LOADER_BYTES + layout.module.bytes().length;
    for (ClassBytes entry : classes) {
      size += (long) BYTES_PER_CLASS_BYTE * entry.bytes().length;
    }
    this.sizeBytes = size;
    for (int i = 0; i < layout.module.exports().size(); i++) {
      final Module.Export export = layout.module.exports().get(i);
      if (export.kind() == Module.Kind.FUNCTION) {
        functionExports.put(export.name(), export.index());
      } else if (export.kind() == Module.Kind.GLOBAL) {
        globalExports.put(export.name(), export.index());
      }
    }
    final Module.TableType table = layout.module.table();
    this.tableSize = table == null ? 0 : Math.toIntExact(table.min());
    int most = 0;
    for (FunctionType type : layout.module.types()) {
      most = Math.max(most, type.results().size());
    }
    this.mostResults = most;
    this.constructor = load(classes);
  }

  private MethodHandle load(List<ClassBytes> classes) {
    final ModuleLoader loader = new ModuleLoader(classes, layout.links.hostBindings());
    try {
      final Class<?> instance = Class.forName(classes.getLast().name(), true, loader);
      return MethodHandles.publicLookup()
          .findConstructor(
              instance, MethodType.methodType(void.class, JvmModule.class, Launch.class))
          .asType(MethodType.methodType(CompiledInstance.class, JvmModule.class, Launch.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the classes of module " + layout.module.codeHash() + " do not load", e);
    }
  }

  @Override
  public Module module() {
    return layout.module;
  }

  @Override
  public @Nullable Instance instantiate(Launch launch) {
    final Module.MemoryType declared = layout.module.memory();
    if (declared != null && launch.memory().bytesLeft() < declared.min() * LinearMemory.PAGE) {
      return null;
    }
    try {
      return (CompiledInstance) constructor.invokeExact(this, launch);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("an instance could not be made", e);
    }
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  FuelSchedule schedule() {
    return layout.plan.schedule();
  }

  long startCost() {
    return layout.options.metered() ? layout.plan.startCost() : 0;
  }

  int mostResults() {
    return mostResults;
  }

  int callId(int function) {
    return function < 0 ? -1 : layout.callIds[function];
  }

  int[] newTable() {
    final int[] table = new int[tableSize];
    Arrays.fill(table, -1);
    return table;
  }

  LinearMemory newMemory(MemoryBudget budget) {
    final LinearMemory imported = layout.links.memory();
    if (imported != null) {
      return imported;
    }
    final Module.MemoryType declared = layout.module.memory();
    if (declared == null) {
      return LinearMemory.NONE;
    }
    final int pages = Math.toIntExact(declared.min());
    return LinearMemory.allocate(
        pages, layout.memoryIsFixed() ? pages : layout.plan.maxPages(), budget);
  }

  /** The shared globals that this module defines; null where a global is a field. */
  GlobalCell[] newCells() {
    GlobalCell[] cells = NO_CELLS;
    final int imported = layout.links.globals().size();
    for (int i = 0; i < layout.globalTypes.size(); i++) {
      if (layout.inCell(i)) {
        cells = cells.length == 0 ? new GlobalCell[layout.globalTypes.size()] : cells;
        cells[i] = i < imported ? layout.links.globals().get(i) : newCell(i - imported, cells);
      }
    }
    return cells;
  }

  private GlobalCell newCell(int defined, GlobalCell[] cells) {
    final Module.Global global = layout.module.globals().get(defined);
    final long bits =
        switch (global.init()) {
          case Module.ConstExpr.Const constant -> constant.bits();
          case Module.ConstExpr.GlobalGet get -> cells[get.index()].bits;
        };
    final ValType type = global.type().type();
    return new GlobalCell(type == ValType.I32 || type == ValType.F32 ? bits & 0xFFFF_FFFFL : bits);
  }

  Links links() {
    return layout.links;
  }

  FunctionType signature(int number) {
    return layout.signatures().get(number);
  }

  FunctionType functionType(int function) {
    return layout.functionTypes.get(function);
  }

  int tableSize() {
    return tableSize;
  }

  int exportedFunction(String name, int arguments) {
    final Integer index = functionExports.get(name);
    if (index == null) {
      throw new IllegalArgumentException("no exported function " + name);
    }
    final int wanted = layout.functionTypes.get(index).params().size();
    if (wanted != arguments) {
      throw new IllegalArgumentException(
          name + " takes " + wanted + " arguments, " + arguments + " were given");
    }
    return index;
  }

  int exportedGlobal(String name) {
    final Integer index = globalExports.get(name);
    if (index == null) {
      throw new IllegalArgumentException("no exported global " + name);
    }
    return index;
  }
}
