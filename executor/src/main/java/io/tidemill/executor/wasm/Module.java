package io.tidemill.executor.wasm;

import io.tidemill.state.hash.Hash32;
import java.util.List;
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
   */
  public record Function(int typeIndex, List<ValType> locals, int bodyStart, int bodyEnd) {}

  /** A constant expression: one constant, one {@code global.get}, or a function reference. */
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
   * @param offset where an active segment goes, else null
   * @param functions function indices; -1 is a null reference
   */
  public record ElementSegment(
      SegmentMode mode, int table, @Nullable ConstExpr offset, int[] functions) {}

  /** A data segment: {@code length} bytes of the module from {@code start}. */
  public record DataSegment(SegmentMode mode, @Nullable ConstExpr offset, int start, int length) {}

  /** A custom section: {@code length} bytes of the module from {@code start}. */
  public record CustomSection(String name, int start, int length) {}
}
