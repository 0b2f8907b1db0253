package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.ConstExpr;
import io.tidemill.executor.wasm.Module.DataSegment;
import io.tidemill.executor.wasm.Module.ElementSegment;
import io.tidemill.executor.wasm.Module.GlobalType;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.executor.wasm.Module.MemoryType;
import io.tidemill.executor.wasm.Module.SegmentMode;
import io.tidemill.executor.wasm.Module.TableType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries that sections are made of. Structure only, except where an entry cannot be
 * represented otherwise. Source: WebAssembly core specification, sections 5.3 to 5.5, with the bulk
 * memory proposal; decisions W1.
 */
final class EntryDecoder {
  private static final int REF_NULL = 0xD0;
  private static final int REF_FUNC = 0xD2;
  private static final int FUNCREF = 0x70;
  private static final int NO_ENTRY = -1;

  private final BinaryReader in;
  private final WasmProfile profile;

  EntryDecoder(BinaryReader in, WasmProfile profile) {
    this.in = in;
    this.profile = profile;
  }

  ValType valueType() {
    final int at = in.position;
    final ValType type = Features.valueType(in.u8(), at);
    if (profile.floats() == WasmProfile.Floats.DENY
        && (type == ValType.F32 || type == ValType.F64)) {
      throw new InvalidModuleException(
          ModuleRule.FEATURE_FLOATS, at, "a float, which this chain denies");
    }
    return type;
  }

  FunctionType functionType() {
    final int at = in.position;
    final int form = in.u8();
    if (form != 0x60) {
      final boolean gc = form == 0x5F || form == 0x5E || form == 0x50 || form == 0x4F;
      throw new InvalidModuleException(
          gc || form == 0x4E ? ModuleRule.FEATURE_GC : ModuleRule.TYPE_FORM,
          at,
          "a type must start with 0x60, found 0x" + Integer.toHexString(form));
    }
    final WasmLimits limits = profile.limits();
    final List<ValType> params = valueTypes(limits.params(), ModuleRule.LIMIT_PARAMS, "parameters");
    return new FunctionType(
        params, valueTypes(limits.results(), ModuleRule.LIMIT_RESULTS, "results"));
  }

  private List<ValType> valueTypes(int most, ModuleRule rule, String what) {
    final int count = in.count(most, rule, what);
    final List<ValType> types = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      types.add(valueType());
    }
    return types;
  }

  /** An index into the {@code count} types so far. */
  int typeIndex(int count) {
    final int at = in.position;
    final int index = in.u32();
    if (index < 0 || index >= count) {
      throw new InvalidModuleException(
          ModuleRule.UNKNOWN_TYPE, at, "type " + Integer.toUnsignedString(index) + " of " + count);
    }
    return index;
  }

  Kind kind() {
    final int at = in.position;
    final int kind = in.u8();
    return switch (kind) {
      case 0 -> Kind.FUNCTION;
      case 1 -> Kind.TABLE;
      case 2 -> Kind.MEMORY;
      case 3 -> Kind.GLOBAL;
      default ->
          throw new InvalidModuleException(
              kind == 4 ? ModuleRule.FEATURE_EXCEPTIONS : ModuleRule.KIND,
              at,
              "nothing of kind " + kind + " can be imported or exported");
    };
  }

  TableType table() {
    final int at = in.position;
    final int type = in.u8();
    if (type != FUNCREF) {
      throw type == 0x40
          ? new InvalidModuleException(
              ModuleRule.FEATURE_FUNCTION_REFERENCES, at, "a table with an initial value")
          : Features.refuseType(type, at);
    }
    final int sizeAt = in.position;
    final int flags = in.u8();
    if (flags > 1) {
      throw new InvalidModuleException(
          flags == 2 || flags == 3 ? ModuleRule.FEATURE_THREADS : tableFlags(flags),
          sizeAt,
          "limits of a table start with 0 or 1, found " + flags);
    }
    final long min = in.u32() & 0xFFFF_FFFFL;
    final long max = flags == 0 ? -1 : in.u32() & 0xFFFF_FFFFL;
    checkOrder(min, max, sizeAt);
    if (min > profile.limits().tableEntries()) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_TABLE_ENTRIES,
          sizeAt,
          "a table of "
              + min
              + " entries, at most "
              + profile.limits().tableEntries()
              + " are accepted");
    }
    return new TableType(min, max);
  }

  private static ModuleRule tableFlags(int flags) {
    return flags <= 7 ? ModuleRule.FEATURE_MEMORY64 : ModuleRule.FLAGS;
  }

  MemoryType memory() {
    final int at = in.position;
    final int flags = in.u8();
    if (flags > 1) {
      throw new InvalidModuleException(memoryFlags(flags), at, "memory limits with flags " + flags);
    }
    final long min = in.u32() & 0xFFFF_FFFFL;
    final long max = flags == 0 ? -1 : in.u32() & 0xFFFF_FFFFL;
    if (min > 65_536 || max > 65_536) {
      throw new InvalidModuleException(
          ModuleRule.MEMORY_SIZE, at, "a memory of more than 65536 pages");
    }
    checkOrder(min, max, at);
    if (min > profile.limits().memoryPages()) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_MEMORY_PAGES,
          at,
          "a memory of "
              + min
              + " pages, at most "
              + profile.limits().memoryPages()
              + " are accepted");
    }
    return new MemoryType(min, max);
  }

  private static ModuleRule memoryFlags(int flags) {
    if (flags >= 16) {
      return ModuleRule.FLAGS;
    }
    if ((flags & 8) != 0) {
      return ModuleRule.FEATURE_CUSTOM_PAGE_SIZES;
    }
    return (flags & 4) != 0 ? ModuleRule.FEATURE_MEMORY64 : ModuleRule.FEATURE_THREADS;
  }

  private static void checkOrder(long min, long max, int at) {
    if (max >= 0 && min > max) {
      throw new InvalidModuleException(
          ModuleRule.SIZE_ORDER, at, "minimum " + min + " above maximum " + max);
    }
  }

  GlobalType globalType() {
    final ValType type = valueType();
    final int at = in.position;
    final int mutable = in.u8();
    if (mutable > 1) {
      throw new InvalidModuleException(
          mutable == 2 || mutable == 3 ? ModuleRule.FEATURE_THREADS : ModuleRule.FLAGS,
          at,
          "mutability must be 0 or 1, is " + mutable);
    }
    return new GlobalType(type, mutable == 1);
  }

  Module.Global global() {
    final GlobalType type = globalType();
    return new Module.Global(type, constant());
  }

  /** One constant or global.get, and the end. */
  ConstExpr constant() {
    final int at = in.position;
    final int opcode = in.u8();
    final ConstExpr value =
        switch (opcode) {
          case Opcodes.I32_CONST -> new ConstExpr.Const(ValType.I32, in.s32());
          case Opcodes.I64_CONST -> new ConstExpr.Const(ValType.I64, in.s64());
          case Opcodes.F32_CONST -> new ConstExpr.Const(ValType.F32, in.fixed32() & 0xFFFF_FFFFL);
          case Opcodes.F64_CONST -> new ConstExpr.Const(ValType.F64, in.fixed64());
          case Opcodes.GLOBAL_GET -> new ConstExpr.GlobalGet(in.u32());
          case Opcodes.END ->
              throw new InvalidModuleException(
                  ModuleRule.TYPE_MISMATCH, at, "an empty constant expression");
          default -> throw refuseConstant(opcode, at);
        };
    expectEnd();
    return value;
  }

  private static InvalidModuleException refuseConstant(int opcode, int at) {
    if (opcode == REF_FUNC || opcode == REF_NULL) {
      return new InvalidModuleException(
          ModuleRule.FEATURE_REFERENCE_TYPES, at, "a reference outside an element segment");
    }
    if (opcode != Opcodes.PREFIX_FC && !OpcodeTable.known(opcode)) {
      return Features.refuse(opcode, at);
    }
    return new InvalidModuleException(
        ModuleRule.CONSTANT_EXPRESSION, at, "not allowed in a constant expression");
  }

  private void expectEnd() {
    final int at = in.position;
    final int opcode = in.u8();
    if (opcode == Opcodes.END) {
      return;
    }
    final boolean extended =
        (opcode >= Opcodes.I32_CONST && opcode <= Opcodes.F64_CONST)
            || opcode == Opcodes.GLOBAL_GET
            || opcode == Opcodes.I32_ADD
            || opcode == Opcodes.I64_ADD;
    throw new InvalidModuleException(
        extended ? ModuleRule.FEATURE_EXTENDED_CONST : ModuleRule.CONSTANT_EXPRESSION,
        at,
        "a constant expression is one constant and end");
  }

  /** An element segment of kind 0 to 7. */
  ElementSegment element() {
    final int at = in.position;
    final int flags = in.u32();
    if (flags < 0 || flags > 7) {
      throw new InvalidModuleException(
          ModuleRule.FLAGS, at, "element segment of kind " + Integer.toUnsignedString(flags));
    }
    final boolean active = (flags & 1) == 0;
    final boolean explicit = (flags & 2) != 0;
    final SegmentMode mode =
        active ? SegmentMode.ACTIVE : explicit ? SegmentMode.DECLARED : SegmentMode.PASSIVE;
    final int table = active && explicit ? in.u32() : 0;
    final @Nullable ConstExpr offset = active ? constant() : null;
    final boolean expressions = (flags & 4) != 0;
    if ((flags & 3) != 0) {
      elementKind(expressions);
    }
    final int count = in.count(Integer.MAX_VALUE, ModuleRule.COUNT_TOO_LARGE, "element entries");
    final int[] functions = new int[count];
    for (int i = 0; i < count; i++) {
      functions[i] = expressions ? elementExpression() : function();
    }
    return new ElementSegment(mode, table, offset, functions);
  }

  private void elementKind(boolean expressions) {
    final int at = in.position;
    final int kind = in.u8();
    if (kind != (expressions ? FUNCREF : 0)) {
      if (expressions) {
        throw Features.refuseType(kind, at);
      }
      throw new InvalidModuleException(ModuleRule.KIND, at, "element kind must be 0, is " + kind);
    }
  }

  private int elementExpression() {
    final int at = in.position;
    final int opcode = in.u8();
    final int function;
    if (opcode == REF_FUNC) {
      function = function();
    } else if (opcode == REF_NULL) {
      final int typeAt = in.position;
      final int type = in.u8();
      if (type != FUNCREF) {
        throw Features.refuseType(type, typeAt);
      }
      function = NO_ENTRY;
    } else {
      throw new InvalidModuleException(
          ModuleRule.CONSTANT_EXPRESSION, at, "an element is ref.func or ref.null func");
    }
    expectEnd();
    return function;
  }

  private int function() {
    final int at = in.position;
    final int index = in.u32();
    if (index < 0) {
      throw new InvalidModuleException(
          ModuleRule.UNKNOWN_FUNCTION, at, "function " + Integer.toUnsignedString(index));
    }
    return index;
  }

  DataSegment data() {
    final int at = in.position;
    final int flags = in.u32();
    if (flags < 0 || flags > 2) {
      throw new InvalidModuleException(
          ModuleRule.FLAGS, at, "data segment of kind " + Integer.toUnsignedString(flags));
    }
    if (flags == 2) {
      final int memoryAt = in.position;
      if (in.u32() != 0) {
        throw new InvalidModuleException(
            ModuleRule.UNKNOWN_MEMORY, memoryAt, "a data segment for a memory other than 0");
      }
    }
    final @Nullable ConstExpr offset = flags == 1 ? null : constant();
    final int length = in.length("data");
    final DataSegment segment =
        new DataSegment(
            offset == null ? SegmentMode.PASSIVE : SegmentMode.ACTIVE, offset, in.position, length);
    in.position += length;
    return segment;
  }
}
