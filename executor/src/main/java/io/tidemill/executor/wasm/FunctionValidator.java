package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.Function;
import io.tidemill.executor.wasm.Module.GlobalType;
import io.tidemill.executor.wasm.Module.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * Type-checks function bodies by the algorithm of the specification's appendix, and measures the
 * greatest operand height on the way. One object serves all bodies of a module; confined to one
 * thread. Source: WebAssembly core specification, section 3.3 and the appendix "Validation
 * Algorithm"; decisions W3, W6.
 */
final class FunctionValidator {
  private final OperatorReader reader;
  private final OperandStack stack;
  private final WasmLimits limits;
  private final boolean denyFloats;
  private final boolean hasDataCount;
  private final boolean hasMemory;
  private final boolean hasTable;
  private final int dataSegments;
  private final int elementSegments;
  private final byte[][] params;
  private final byte[][] results;
  private final int[] functionTypes;
  private final List<GlobalType> globals;
  private byte[] locals = {};
  private int localCount;

  FunctionValidator(
      Module module,
      WasmProfile profile,
      List<FunctionType> functions,
      List<GlobalType> globals,
      boolean hasDataCount) {
    this.reader = new OperatorReader(module.bytes());
    this.limits = profile.limits();
    this.stack = new OperandStack(reader, limits);
    this.denyFloats = profile.floats() == WasmProfile.Floats.DENY;
    this.hasDataCount = hasDataCount;
    this.hasMemory = module.memory() != null;
    this.hasTable = module.table() != null;
    this.dataSegments = module.data().size();
    this.elementSegments = module.elements().size();
    this.globals = globals;
    this.params = new byte[module.types().size()][];
    this.results = new byte[params.length][];
    for (int i = 0; i < params.length; i++) {
      params[i] = codes(module.types().get(i).params());
      results[i] = codes(module.types().get(i).results());
    }
    this.functionTypes = new int[functions.size()];
    int next = 0;
    for (Module.Import entry : module.importsOf(Kind.FUNCTION)) {
      functionTypes[next++] = entry.typeIndex();
    }
    for (Function function : module.functions()) {
      functionTypes[next++] = function.typeIndex();
    }
  }

  private static byte[] codes(List<ValType> types) {
    final byte[] codes = new byte[types.size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) types.get(i).code();
    }
    return codes;
  }

  /** Checks the body of {@code function} and returns its greatest operand height. */
  int validate(Function function) {
    setLocals(function);
    reader.reset(function.bodyStart(), function.bodyEnd());
    stack.reset(results[function.typeIndex()]);
    while (reader.hasNext()) {
      if (stack.depth() == 0) {
        throw new InvalidModuleException(
            ModuleRule.BODY_SIZE, reader.position(), "instructions after the end of the function");
      }
      check(reader.next());
    }
    if (stack.depth() != 0) {
      throw new InvalidModuleException(
          ModuleRule.BODY_SIZE, reader.position(), "the body stops before its end instruction");
    }
    return stack.maxHeight();
  }

  private void setLocals(Function function) {
    final byte[] own = params[function.typeIndex()];
    localCount = own.length + function.locals().size();
    if (locals.length < localCount) {
      locals = new byte[localCount];
    }
    System.arraycopy(own, 0, locals, 0, own.length);
    for (int i = own.length; i < localCount; i++) {
      locals[i] = (byte) function.locals().get(i - own.length).code();
    }
  }

  private void check(int opcode) {
    if (denyFloats && usesFloats(opcode)) {
      throw fail(ModuleRule.FEATURE_FLOATS, "a float, which this chain denies");
    }
    final byte[] operands = OperandTypes.operands(opcode);
    if (operands != null) {
      if (OpcodeTable.accessesMemory(opcode)) {
        checkAccess(opcode);
      }
      stack.popAll(operands);
      stack.pushAll(OperandTypes.results(opcode));
    } else {
      checkOther(opcode);
    }
  }

  private boolean usesFloats(int opcode) {
    final boolean block = opcode == Opcodes.BLOCK || opcode == Opcodes.LOOP || opcode == Opcodes.IF;
    return OpcodeTable.usesFloats(opcode)
        || (block && (reader.blockType() == -3 || reader.blockType() == -4));
  }

  private void checkOther(int opcode) {
    switch (opcode) {
      case Opcodes.NOP -> {}
      case Opcodes.UNREACHABLE -> stack.markUnreachable();
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> enter(opcode);
      case Opcodes.ELSE -> stack.enterElse();
      case Opcodes.END -> stack.leave();
      case Opcodes.BR -> {
        stack.popAll(stack.labelTypes(reader.index()));
        stack.markUnreachable();
      }
      case Opcodes.BR_IF -> {
        stack.pop(OperandTypes.I32);
        final byte[] types = stack.labelTypes(reader.index());
        stack.popAll(types);
        stack.pushAll(types);
      }
      case Opcodes.BR_TABLE -> branchTable();
      case Opcodes.RETURN -> {
        stack.popAll(stack.functionResults());
        stack.markUnreachable();
      }
      case Opcodes.CALL -> {
        final int function = checked(functionTypes.length, ModuleRule.UNKNOWN_FUNCTION);
        call(functionTypes[function]);
      }
      case Opcodes.CALL_INDIRECT -> callIndirect();
      case Opcodes.DROP -> stack.pop();
      case Opcodes.SELECT -> select();
      case Opcodes.LOCAL_GET -> stack.push(local());
      case Opcodes.LOCAL_SET -> stack.pop(local());
      case Opcodes.LOCAL_TEE -> {
        stack.pop(local());
        stack.push(local());
      }
      case Opcodes.GLOBAL_GET -> stack.push((byte) global().type().code());
      case Opcodes.GLOBAL_SET -> {
        if (!global().mutable()) {
          throw fail(ModuleRule.IMMUTABLE_GLOBAL, "global " + reader.index() + " is immutable");
        }
        stack.pop((byte) global().type().code());
      }
      default -> bulk(opcode);
    }
  }

  private void enter(int opcode) {
    if (opcode == Opcodes.IF) {
      stack.pop(OperandTypes.I32);
    }
    final int type = reader.blockType();
    if (type >= params.length) {
      throw fail(ModuleRule.UNKNOWN_TYPE, "block type " + type);
    }
    final byte[] in = type < 0 ? OperandTypes.NONE : params[type];
    final byte[] out = type < 0 ? OperandTypes.single(type) : results[type];
    stack.popAll(in);
    stack.enter(opcode, in, out);
  }

  private void branchTable() {
    final int count = reader.targetCount();
    if (count > limits.branchTableTargets()) {
      throw fail(
          ModuleRule.LIMIT_BRANCH_TABLE_TARGETS,
          count + " targets, at most " + limits.branchTableTargets() + " are accepted");
    }
    stack.pop(OperandTypes.I32);
    final byte[] first = stack.labelTypes(reader.nextTarget());
    for (int i = 0; i < count; i++) {
      final byte[] types = stack.labelTypes(reader.nextTarget());
      if (!Arrays.equals(types, first)) {
        throw fail(ModuleRule.TYPE_MISMATCH, "br_table targets with different types");
      }
    }
    stack.popAll(first);
    stack.markUnreachable();
  }

  private void call(int type) {
    stack.popAll(params[type]);
    stack.pushAll(results[type]);
  }

  private void callIndirect() {
    if (reader.second() != 0 || !hasTable) {
      throw fail(
          reader.second() == 0 ? ModuleRule.UNKNOWN_TABLE : ModuleRule.FEATURE_REFERENCE_TYPES,
          "call_indirect through table " + Integer.toUnsignedString(reader.second()));
    }
    final int type = checked(params.length, ModuleRule.UNKNOWN_TYPE);
    stack.pop(OperandTypes.I32);
    call(type);
  }

  private void select() {
    stack.pop(OperandTypes.I32);
    final byte second = stack.pop();
    final byte first = stack.pop();
    if (first != second && first != OperandTypes.UNKNOWN && second != OperandTypes.UNKNOWN) {
      throw fail(ModuleRule.TYPE_MISMATCH, "select between different types");
    }
    stack.push(first == OperandTypes.UNKNOWN ? second : first);
  }

  private void bulk(int opcode) {
    switch (opcode) {
      case Opcodes.MEMORY_SIZE -> {
        needMemory();
        stack.push(OperandTypes.I32);
      }
      case Opcodes.MEMORY_GROW -> {
        needMemory();
        stack.pop(OperandTypes.I32);
        stack.push(OperandTypes.I32);
      }
      case Opcodes.MEMORY_INIT -> {
        needMemory();
        dataSegment();
        popThree();
      }
      case Opcodes.MEMORY_COPY, Opcodes.MEMORY_FILL -> {
        needMemory();
        popThree();
      }
      case Opcodes.DATA_DROP -> dataSegment();
      case Opcodes.TABLE_INIT -> {
        needTable(reader.second());
        checked(elementSegments, ModuleRule.UNKNOWN_ELEMENT_SEGMENT);
        popThree();
      }
      case Opcodes.ELEM_DROP -> checked(elementSegments, ModuleRule.UNKNOWN_ELEMENT_SEGMENT);
      case Opcodes.TABLE_COPY -> {
        needTable(reader.index());
        needTable(reader.second());
        popThree();
      }
      default -> throw fail(ModuleRule.OPCODE, "no rule for " + OpcodeTable.name(opcode));
    }
  }

  private void popThree() {
    stack.pop(OperandTypes.I32);
    stack.pop(OperandTypes.I32);
    stack.pop(OperandTypes.I32);
  }

  private void dataSegment() {
    if (!hasDataCount) {
      throw fail(
          ModuleRule.DATA_COUNT, "memory.init and data.drop need a data count section before");
    }
    checked(dataSegments, ModuleRule.UNKNOWN_DATA_SEGMENT);
  }

  private void checkAccess(int opcode) {
    needMemory();
    if (reader.index() > OpcodeTable.accessWidthLog2(opcode)) {
      throw fail(
          ModuleRule.ALIGNMENT,
          OpcodeTable.name(opcode) + " with an alignment of 2^" + reader.index());
    }
  }

  private void needMemory() {
    if (!hasMemory) {
      throw fail(ModuleRule.UNKNOWN_MEMORY, "the module has no memory");
    }
  }

  private void needTable(int index) {
    if (index != 0) {
      throw fail(ModuleRule.FEATURE_REFERENCE_TYPES, "table " + Integer.toUnsignedString(index));
    }
    if (!hasTable) {
      throw fail(ModuleRule.UNKNOWN_TABLE, "the module has no table");
    }
  }

  private byte local() {
    return locals[checked(localCount, ModuleRule.UNKNOWN_LOCAL)];
  }

  private GlobalType global() {
    return globals.get(checked(globals.size(), ModuleRule.UNKNOWN_GLOBAL));
  }

  private int checked(int count, ModuleRule rule) {
    final int index = reader.index();
    if (index < 0 || index >= count) {
      throw fail(rule, "index " + Integer.toUnsignedString(index) + " of " + count);
    }
    return index;
  }

  private InvalidModuleException fail(ModuleRule rule, String text) {
    return new InvalidModuleException(rule, reader.offset(), text);
  }
}
