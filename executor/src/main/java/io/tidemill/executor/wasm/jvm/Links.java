package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.Module;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a module that is linked to other instances imports. Contracts are never linked: for them
 * there are only host functions, and {@link #linked} is false.
 */
record Links(
    boolean linked,
    List<@Nullable HostBinding> bindings,
    List<@Nullable Function> functions,
    List<GlobalCell> globals,
    @Nullable Table table,
    @Nullable LinearMemory memory) {

  /** A function of an instance. */
  record Function(CompiledInstance owner, int index) {}

  /** A table that several instances see. */
  static final class Table {
    final @Nullable Function[] entries;
    final long max;

    Table(int size, long max) {
      this.entries = new Function[size];
      this.max = max;
    }
  }

  /** Host functions only. */
  static Links host(List<HostBinding> bindings) {
    return new Links(false, List.copyOf(bindings), List.of(), List.of(), null, null);
  }

  /** The handles of {@code externs}, by kind. */
  static Links of(List<Extern> externs) {
    final List<@Nullable HostBinding> bindings = new ArrayList<>();
    final List<@Nullable Function> functions = new ArrayList<>();
    final List<GlobalCell> globals = new ArrayList<>();
    Table table = null;
    LinearMemory memory = null;
    for (Extern extern : externs) {
      switch (extern.handle()) {
        case HostBinding binding -> {
          bindings.add(binding);
          functions.add(null);
        }
        case Function function -> {
          bindings.add(null);
          functions.add(function);
        }
        case GlobalCell cell -> globals.add(cell);
        case Table shared -> table = shared;
        case LinearMemory shared -> memory = shared;
        default -> throw new IllegalArgumentException("not of this engine: " + extern);
      }
    }
    return new Links(true, bindings, functions, globals, table, memory);
  }

  /** The owners of the bound methods, which generated classes name. */
  List<HostBinding> hostBindings() {
    final List<HostBinding> all = new ArrayList<>();
    for (HostBinding binding : bindings) {
      if (binding != null) {
        all.add(binding);
      }
    }
    return all;
  }

  /** What instance {@code owner} exports as {@code export}. */
  static Extern export(CompiledInstance owner, Module module, Module.Export export) {
    return switch (export.kind()) {
      case FUNCTION ->
          Extern.function(
              module.functionTypes().get(export.index()), owner.function(export.index()));
      case TABLE -> {
        final Table table = owner.sharedTable();
        yield Extern.table(new Module.TableType(table.entries.length, table.max), table);
      }
      case MEMORY -> {
        final Module.MemoryType declared = java.util.Objects.requireNonNull(module.memory());
        yield Extern.memory(
            new Module.MemoryType(owner.memory.pages(), declared.max()), owner.memory);
      }
      case GLOBAL ->
          Extern.global(module.globalTypes().get(export.index()), owner.globalCell(export.index()));
    };
  }
}
