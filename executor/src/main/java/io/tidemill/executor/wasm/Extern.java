package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.GlobalType;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.executor.wasm.Module.MemoryType;
import io.tidemill.executor.wasm.Module.TableType;
import org.jspecify.annotations.Nullable;

/**
 * Something that one instance exports and another imports; the field that fits {@code kind} is set.
 * Tables and memories carry their current size as the minimum.
 *
 * @param handle what the engine that made it knows it by
 */
public record Extern(
    Kind kind,
    @Nullable FunctionType function,
    @Nullable TableType table,
    @Nullable MemoryType memory,
    @Nullable GlobalType global,
    Object handle) {

  /** A function. */
  public static Extern function(FunctionType type, Object handle) {
    return new Extern(Kind.FUNCTION, type, null, null, null, handle);
  }

  /** A table. */
  public static Extern table(TableType type, Object handle) {
    return new Extern(Kind.TABLE, null, type, null, null, handle);
  }

  /** A memory. */
  public static Extern memory(MemoryType type, Object handle) {
    return new Extern(Kind.MEMORY, null, null, type, null, handle);
  }

  /** A global. */
  public static Extern global(GlobalType type, Object handle) {
    return new Extern(Kind.GLOBAL, null, null, null, type, handle);
  }

  /** Whether {@code wanted}, an import of {@code module}, can be bound to this. */
  public boolean satisfies(Module.Import wanted, Module module) {
    if (wanted.kind() != kind) {
      return false;
    }
    if (function != null) {
      return module.types().get(wanted.typeIndex()).equals(function);
    }
    if (global != null) {
      return global.equals(wanted.global());
    }
    final TableType wantedTable = wanted.table();
    if (table != null && wantedTable != null) {
      return fits(table.min(), table.max(), wantedTable.min(), wantedTable.max());
    }
    final MemoryType wantedMemory = wanted.memory();
    return memory != null
        && wantedMemory != null
        && fits(memory.min(), memory.max(), wantedMemory.min(), wantedMemory.max());
  }

  private static boolean fits(long size, long max, long wantedMin, long wantedMax) {
    return size >= wantedMin && (wantedMax < 0 || (max >= 0 && max <= wantedMax));
  }
}
