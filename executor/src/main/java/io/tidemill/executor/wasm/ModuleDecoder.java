package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.CustomSection;
import io.tidemill.executor.wasm.Module.Export;
import io.tidemill.executor.wasm.Module.Function;
import io.tidemill.executor.wasm.Module.Import;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.state.hash.Blake3;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the sections of a module in one pass. Every count and length is compared with its limit and
 * with the bytes that remain before anything is allocated for it. Function bodies are located, not
 * read. Source: WebAssembly core specification, section 5.5; decisions W1, W3, W4.
 */
final class ModuleDecoder {
  private static final long NO_COUNT = -1;
  private static final int TYPE = 1;
  private static final int IMPORT = 2;
  private static final int FUNCTION = 3;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;
  private static final int GLOBAL = 6;
  private static final int EXPORT = 7;
  private static final int START = 8;
  private static final int ELEMENT = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;
  private static final int DATA_COUNT = 12;

  private final BinaryReader in;
  private final WasmProfile profile;
  private final WasmLimits limits;
  private final EntryDecoder entries;

  private final List<FunctionType> types = new ArrayList<>();
  private final List<Import> imports = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private final List<Module.TableType> tables = new ArrayList<>();
  private final List<Module.MemoryType> memories = new ArrayList<>();
  private final List<Module.Global> globals = new ArrayList<>();
  private final List<Export> exports = new ArrayList<>();
  private final List<Module.ElementSegment> elements = new ArrayList<>();
  private final List<Module.DataSegment> data = new ArrayList<>();
  private final List<CustomSection> customs = new ArrayList<>();
  private int[] declared = new int[0];
  private final List<Integer> globalsAt = new ArrayList<>();
  private final List<Integer> exportsAt = new ArrayList<>();
  private final List<Integer> elementsAt = new ArrayList<>();
  private final List<Integer> dataAt = new ArrayList<>();
  private int start = -1;
  private int startAt;
  private long dataCount = NO_COUNT;
  private int customBytes;
  private int totalLocals;

  private ModuleDecoder(byte[] bytes, WasmProfile profile) {
    this.in = new BinaryReader(bytes);
    this.profile = profile;
    this.limits = profile.limits();
    this.entries = new EntryDecoder(in, profile);
  }

  /** The sections of {@code bytes}, not yet validated. */
  static Decoded decode(byte[] bytes, WasmProfile profile) {
    return new ModuleDecoder(bytes, profile).decode();
  }

  /**
   * A module whose indices and bodies are still unchecked.
   *
   * @param hasDataCount whether it has a DataCount section
   * @param globalsAt where each entry of the section starts; so too the other lists
   * @param startAt where the start function is named
   */
  record Decoded(
      Module module,
      boolean hasDataCount,
      List<Integer> globalsAt,
      List<Integer> exportsAt,
      List<Integer> elementsAt,
      List<Integer> dataAt,
      int startAt) {}

  private Decoded decode() {
    if (in.bytes.length > limits.moduleBytes()) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_MODULE_BYTES,
          0,
          "a module of "
              + in.bytes.length
              + " bytes, at most "
              + limits.moduleBytes()
              + " are accepted");
    }
    readHeader();
    int last = 0;
    while (in.position < in.bytes.length) {
      final int at = in.position;
      final int id = in.u8();
      final int length = in.length("section " + id);
      if (id != 0) {
        last = checkOrder(id, last, at);
      }
      final int end = in.position + length;
      in.limit = end;
      readSection(id, end);
      if (in.position != end) {
        throw new InvalidModuleException(
            ModuleRule.SECTION_SIZE,
            in.position,
            "section " + id + " has " + (end - in.position) + " bytes too many");
      }
      in.limit = in.bytes.length;
    }
    if (functions.size() != declared.length) {
      throw codeCount(functions.size());
    }
    if (dataCount != NO_COUNT && dataCount != data.size()) {
      throw dataCount(in.position);
    }
    return new Decoded(
        module(), dataCount != NO_COUNT, globalsAt, exportsAt, elementsAt, dataAt, startAt);
  }

  private Module module() {
    return new Module(
        Blake3.hash(in.bytes),
        in.bytes,
        List.copyOf(types),
        List.copyOf(imports),
        List.copyOf(functions),
        List.copyOf(tables),
        List.copyOf(memories),
        List.copyOf(globals),
        List.copyOf(exports),
        start,
        List.copyOf(elements),
        List.copyOf(data),
        List.copyOf(customs));
  }

  private void readHeader() {
    if (in.fixed32() != 0x6D73_6100) {
      throw new InvalidModuleException(ModuleRule.MAGIC, 0, "does not start with \\0asm");
    }
    final int version = in.fixed32();
    if (version != 1) {
      throw new InvalidModuleException(
          version >>> 16 == 1 ? ModuleRule.FEATURE_COMPONENT_MODEL : ModuleRule.VERSION,
          4,
          "version word 0x" + Integer.toHexString(version) + ", only core version 1 is accepted");
    }
  }

  /** The rank of the section in the prescribed order. */
  private static int checkOrder(int id, int last, int at) {
    if (id == 13) {
      throw new InvalidModuleException(ModuleRule.FEATURE_EXCEPTIONS, at, "a tag section");
    }
    if (id > DATA_COUNT) {
      throw new InvalidModuleException(ModuleRule.SECTION_ID, at, "no section has number " + id);
    }
    final int rank = id == DATA_COUNT ? 2 * ELEMENT + 1 : 2 * id;
    if (rank <= last) {
      throw new InvalidModuleException(
          ModuleRule.SECTION_ORDER, at, "section " + id + " is out of order or appears twice");
    }
    return rank;
  }

  private void readSection(int id, int end) {
    switch (id) {
      case 0 -> readCustom(end);
      case TYPE -> readTypes();
      case IMPORT -> readImports();
      case FUNCTION -> readFunctions();
      case TABLE -> {
        for (int i = in.count(Integer.MAX_VALUE, ModuleRule.UNKNOWN_TABLE, "tables"); i > 0; i--) {
          tables.add(entries.table());
        }
      }
      case MEMORY -> {
        for (int i = in.count(Integer.MAX_VALUE, ModuleRule.UNKNOWN_MEMORY, "memories");
            i > 0;
            i--) {
          memories.add(entries.memory());
        }
      }
      case GLOBAL -> {
        for (int i = in.count(limits.globals(), ModuleRule.LIMIT_GLOBALS, "globals"); i > 0; i--) {
          globalsAt.add(in.position);
          globals.add(entries.global());
        }
      }
      case EXPORT -> readExports();
      case START -> start = readStart();
      case ELEMENT -> {
        for (int i =
                in.count(
                    limits.elementSegments(),
                    ModuleRule.LIMIT_ELEMENT_SEGMENTS,
                    "element segments");
            i > 0;
            i--) {
          elementsAt.add(in.position);
          elements.add(entries.element());
        }
      }
      case DATA_COUNT -> dataCount = in.u32() & 0xFFFF_FFFFL;
      case CODE -> readCode();
      case DATA -> readData();
      default -> throw new IllegalStateException("section " + id);
    }
  }

  private void readCustom(int end) {
    final int at = in.position;
    customBytes += end - at;
    if (customs.size() >= limits.customSections()) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_CUSTOM_SECTIONS,
          at,
          "more than " + limits.customSections() + " custom sections");
    }
    if (customBytes > limits.customBytes()) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_CUSTOM_BYTES,
          at,
          "more than " + limits.customBytes() + " bytes of custom sections");
    }
    final String name = in.name(limits.nameBytes());
    customs.add(new CustomSection(name, in.position, end - in.position));
    in.position = end;
  }

  private void readTypes() {
    for (int i = in.count(limits.types(), ModuleRule.LIMIT_TYPES, "types"); i > 0; i--) {
      types.add(entries.functionType());
    }
  }

  private void readImports() {
    for (int i = in.count(limits.imports(), ModuleRule.LIMIT_IMPORTS, "imports"); i > 0; i--) {
      final int at = in.position;
      final String module = in.name(limits.nameBytes());
      final String name = in.name(limits.nameBytes());
      final int kindAt = in.position;
      final Kind kind = entries.kind();
      if (profile.imports() == WasmProfile.Imports.NONE) {
        throw new InvalidModuleException(
            ModuleRule.IMPORT_FORBIDDEN, at, "imports " + module + "." + name);
      }
      if (kind != Kind.FUNCTION && profile.imports() != WasmProfile.Imports.ALL) {
        throw new InvalidModuleException(
            ModuleRule.IMPORT_KIND,
            kindAt,
            module + "." + name + ": only functions can be imported");
      }
      imports.add(
          new Import(
              module,
              name,
              kind,
              kind == Kind.FUNCTION ? entries.typeIndex(types.size()) : -1,
              kind == Kind.TABLE ? entries.table() : null,
              kind == Kind.MEMORY ? entries.memory() : null,
              kind == Kind.GLOBAL ? entries.globalType() : null));
    }
  }

  private void readFunctions() {
    declared = new int[in.count(limits.functions(), ModuleRule.LIMIT_FUNCTIONS, "functions")];
    for (int i = 0; i < declared.length; i++) {
      declared[i] = entries.typeIndex(types.size());
    }
  }

  private void readExports() {
    for (int i = in.count(limits.exports(), ModuleRule.LIMIT_EXPORTS, "exports"); i > 0; i--) {
      exportsAt.add(in.position);
      exports.add(new Export(in.name(limits.nameBytes()), entries.kind(), in.u32()));
    }
  }

  private int readStart() {
    startAt = in.position;
    final int function = in.u32();
    if (function < 0) {
      throw new InvalidModuleException(
          ModuleRule.UNKNOWN_FUNCTION,
          startAt,
          "start function " + Integer.toUnsignedString(function));
    }
    return function;
  }

  private void readCode() {
    final int at = in.position;
    final int count = in.count(Integer.MAX_VALUE, ModuleRule.CODE_COUNT, "bodies");
    if (count != declared.length) {
      throw new InvalidModuleException(
          ModuleRule.CODE_COUNT, at, count + " bodies for " + declared.length + " functions");
    }
    final int sectionEnd = in.limit;
    for (int i = 0; i < count; i++) {
      final int bodyAt = in.position;
      final int length = in.length("body");
      if (length > limits.bodyBytes()) {
        throw new InvalidModuleException(
            ModuleRule.LIMIT_BODY_BYTES,
            bodyAt,
            "a body of " + length + " bytes, at most " + limits.bodyBytes() + " are accepted");
      }
      final int end = in.position + length;
      in.limit = end;
      final List<ValType> locals = readLocals();
      functions.add(new Function(declared[i], locals, in.position, end, 0));
      in.position = end;
      in.limit = sectionEnd;
    }
  }

  private List<ValType> readLocals() {
    final List<ValType> locals = new ArrayList<>();
    for (int i = in.count(Integer.MAX_VALUE, ModuleRule.LIMIT_LOCALS, "local groups"); i > 0; i--) {
      final int at = in.position;
      final long count = in.u32() & 0xFFFF_FFFFL;
      if (locals.size() + count > localsMax()) {
        throw new InvalidModuleException(
            ModuleRule.LIMIT_LOCALS,
            at,
            (locals.size() + count) + " locals, at most " + localsMax() + " are accepted");
      }
      if (totalLocals + count > limits.moduleLocals()) {
        throw new InvalidModuleException(
            ModuleRule.LIMIT_MODULE_LOCALS,
            at,
            "more than " + limits.moduleLocals() + " locals in all functions together");
      }
      totalLocals += (int) count;
      final ValType type = entries.valueType();
      for (int j = 0; j < count; j++) {
        locals.add(type);
      }
    }
    return List.copyOf(locals);
  }

  private int localsMax() {
    // Without limits a group of 2^32 locals would still be allocated; the format has no such bound.
    return Math.min(limits.locals(), 1 << 20);
  }

  private void readData() {
    final int at = in.position;
    final int count =
        in.count(limits.dataSegments(), ModuleRule.LIMIT_DATA_SEGMENTS, "data segments");
    if (dataCount != NO_COUNT && dataCount != count) {
      throw dataCount(at);
    }
    for (int i = 0; i < count; i++) {
      dataAt.add(in.position);
      data.add(entries.data());
    }
  }

  private InvalidModuleException codeCount(int bodies) {
    return new InvalidModuleException(
        ModuleRule.CODE_COUNT,
        in.position,
        bodies + " bodies for " + declared.length + " functions");
  }

  private InvalidModuleException dataCount(int at) {
    return new InvalidModuleException(
        ModuleRule.DATA_COUNT,
        at,
        "the data count section promises "
            + dataCount
            + " segments, the module has another number");
  }
}
