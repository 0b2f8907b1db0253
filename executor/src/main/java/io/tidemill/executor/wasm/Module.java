package io.tidemill.executor.wasm;

import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A decoded and validated module. Function bodies and constant expressions stay in {@code bytes};
 * the records say where. Index spaces put imports first, as the format does. Immutable.
 *
 * @param codeHash Blake3 of {@code bytes} (decisions S5)
 * @param bytes the module as it was deployed; must not be changed
 * @param types the type section
 * @param imports in order of the import section
 * @param functions the functions the module defines, without imports
 * @param tables the tables it defines
 * @param memories the memories it defines
 * @param globals the globals it defines
 * @param exports in order of the export section
 * @param start the function index of the start section, or -1
 * @param elements element segments
 * @param data data segments
 * @param customs custom sections in order of appearance
 */
public record Module(
    Hash32 codeHash,
    byte[] bytes,
    List<FunctionType> types,
    List<Import> imports,
    List<Function> functions,
    List<TableType> tables,
    List<MemoryType> memories,
    List<Global> globals,
    List<Export> exports,
    int start,
    List<ElementSegment> elements,
    List<DataSegment> data,
    List<CustomSection> customs) {

  /** What can be imported or exported, with its byte in the format. */
  public enum Kind {
    FUNCTION,
    TABLE,
    MEMORY,
    GLOBAL
  }

  /** Limits of a table; {@code max} is -1 when open. */
  public record TableType(long min, long max) {}

  /** Limits of a memory in pages; {@code max} is -1 when open. */
  public record MemoryType(long min, long max) {}

  /** Type and mutability of a global. */
  public record GlobalType(ValType type, boolean mutable) {}

  /**
   * One import; the field that fits {@code kind} is set.
   *
   * @param typeIndex the type of an imported function, else -1
   */
  public record Import(
      String module,
      String name,
      Kind kind,
      int typeIndex,
      @Nullable TableType table,
      @Nullable MemoryType memory,
      @Nullable GlobalType global) {}

  /**
   * A function the module defines.
   *
   * @param typeIndex its type
   * @param locals the declared locals, expanded, without parameters
   * @param bodyStart offset in {@code bytes} of the first instruction
   * @param bodyEnd offset just past the final {@code end}
   * @param maxHeight the greatest height of the operand stack of the validation algorithm, dead
   *     code included; filled in by {@link ModuleValidator}
   */
  public record Function(
      int typeIndex, List<ValType> locals, int bodyStart, int bodyEnd, int maxHeight) {}

  /** A constant expression: one constant or one {@code global.get}. */
  public sealed interface ConstExpr {
    /** A constant as raw bits. */
    record Const(ValType type, long bits) implements ConstExpr {}

    /** The value of an imported immutable global. */
    record GlobalGet(int index) implements ConstExpr {}
  }

  /** A global the module defines. */
  public record Global(GlobalType type, ConstExpr init) {}

  /** An export; {@code index} is in the index space of its kind. */
  public record Export(String name, Kind kind, int index) {}

  /** How a segment is used. */
  public enum SegmentMode {
    ACTIVE,
    PASSIVE,
    DECLARED
  }

  /**
   * An element segment.
   *
   * @param table the table of an active segment
   * @param offset where an active segment goes, else null
   * @param functions function indices; -1 is a null reference; must not be changed
   */
  public record ElementSegment(
      SegmentMode mode, int table, @Nullable ConstExpr offset, int[] functions) {}

  /** A data segment: {@code length} bytes of the module from {@code start}. */
  public record DataSegment(SegmentMode mode, @Nullable ConstExpr offset, int start, int length) {}

  /** A custom section: {@code length} bytes of the module from {@code start}. */
  public record CustomSection(String name, int start, int length) {}

  /** How many imports are of {@code kind}: where the defined ones start in its index space. */
  public int imported(Kind kind) {
    int count = 0;
    for (Import entry : imports) {
      if (entry.kind() == kind) {
        count++;
      }
    }
    return count;
  }

  /** The imports of {@code kind}, in order: the first entries of its index space. */
  public List<Import> importsOf(Kind kind) {
    final List<Import> found = new ArrayList<>();
    for (Import entry : imports) {
      if (entry.kind() == kind) {
        found.add(entry);
      }
    }
    return found;
  }

  /** The type of every function, imports first; the index is the function index. */
  public List<FunctionType> functionTypes() {
    final List<FunctionType> all = new ArrayList<>();
    for (Import entry : importsOf(Kind.FUNCTION)) {
      all.add(types.get(entry.typeIndex()));
    }
    for (Function function : functions) {
      all.add(types.get(function.typeIndex()));
    }
    return List.copyOf(all);
  }

  /** The type of every global, imports first; the index is the global index. */
  public List<GlobalType> globalTypes() {
    final List<GlobalType> all = new ArrayList<>();
    for (Import entry : importsOf(Kind.GLOBAL)) {
      all.add(Objects.requireNonNull(entry.global()));
    }
    for (Global global : globals) {
      all.add(global.type());
    }
    return List.copyOf(all);
  }

  /** The declared memory, imported or defined, or null when there is none. */
  public @Nullable MemoryType memory() {
    for (Import entry : imports) {
      if (entry.kind() == Kind.MEMORY) {
        return entry.memory();
      }
    }
    return memories.isEmpty() ? null : memories.getFirst();
  }

  /** The declared table, imported or defined, or null when there is none. */
  public @Nullable TableType table() {
    for (Import entry : imports) {
      if (entry.kind() == Kind.TABLE) {
        return entry.table();
      }
    }
    return tables.isEmpty() ? null : tables.getFirst();
  }

  /** The export {@code name} of {@code kind}, or null. */
  public @Nullable Export export(String name, Kind kind) {
    for (Export export : exports) {
      if (export.kind() == kind && export.name().equals(name)) {
        return export;
      }
    }
    return null;
  }

  /**
   * The operands and results of a block.
   *
   * @param encoded as {@link OperatorReader#blockType} gives it
   */
  public FunctionType blockType(int encoded) {
    return switch (encoded) {
      case OperatorReader.BLOCK_EMPTY -> FunctionType.ENTRY;
      case -1 -> RESULT_I32;
      case -2 -> RESULT_I64;
      case -3 -> RESULT_F32;
      case -4 -> RESULT_F64;
      default -> types.get(encoded);
    };
  }

  private static final FunctionType RESULT_I32 = new FunctionType(List.of(), List.of(ValType.I32));
  private static final FunctionType RESULT_I64 = new FunctionType(List.of(), List.of(ValType.I64));
  private static final FunctionType RESULT_F32 = new FunctionType(List.of(), List.of(ValType.F32));
  private static final FunctionType RESULT_F64 = new FunctionType(List.of(), List.of(ValType.F64));
}
