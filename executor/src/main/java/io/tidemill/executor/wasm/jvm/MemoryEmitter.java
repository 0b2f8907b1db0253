package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/** Emits loads, stores, memory.size, memory.grow and the bulk operations. */
final class MemoryEmitter {
  /**
   * An offset from here on is past the end of every memory; {@link MemoryAccess} computes {@code
   * limit - offset - width} in an int, which must not wrap.
   */
  private static final int GREATEST_OFFSET = 0x7FFF_FFF0;

  private final CodeBuilder code;
  private final Operands operands;
  private final Frame frame;
  private final boolean fixed;

  /**
   * @param fixed whether the memory keeps the size it starts with
   */
  MemoryEmitter(CodeBuilder code, Operands operands, Frame frame, boolean fixed) {
    this.fixed = fixed;
    this.code = code;
    this.operands = operands;
    this.frame = frame;
  }

  void access(int opcode, long memoryOffset) {
    final int offset = (int) Math.min(memoryOffset, GREATEST_OFFSET);
    if (OpcodeTable.stores(opcode)) {
      store(opcode, offset);
    } else {
      load(opcode, offset);
    }
  }

  private void load(int opcode, int offset) {
    switch (OpcodeTable.accessWidthLog2(opcode)) {
      case 0 -> load("loadByte", ConstantDescs.CD_byte, offset);
      case 1 -> load("loadShort", ConstantDescs.CD_short, offset);
      case 2 -> load("loadInt", Jvm.INT, offset);
      default -> load("loadLong", Jvm.LONG, offset);
    }
    final ValType result =
        switch (opcode) {
          case Opcodes.I32_LOAD, Opcodes.I32_LOAD8_S, Opcodes.I32_LOAD16_S -> ValType.I32;
          case Opcodes.I32_LOAD8_U -> {
            code.loadConstant(0xFF).iand();
            yield ValType.I32;
          }
          case Opcodes.I32_LOAD16_U -> {
            code.i2c();
            yield ValType.I32;
          }
          case Opcodes.F32_LOAD -> {
            code.invokestatic(
                Jvm.FLOAT_CLASS, "intBitsToFloat", Jvm.method(Jvm.desc(ValType.F32), Jvm.INT));
            yield ValType.F32;
          }
          case Opcodes.F64_LOAD -> {
            Jvm.fromBits(code, ValType.F64);
            yield ValType.F64;
          }
          default -> {
            widen(opcode);
            yield ValType.I64;
          }
        };
    operands.pop(1);
    operands.push(result);
  }

  private void widen(int opcode) {
    switch (opcode) {
      case Opcodes.I64_LOAD8_U -> code.loadConstant(0xFF).iand().i2l();
      case Opcodes.I64_LOAD16_U -> code.i2c().i2l();
      case Opcodes.I64_LOAD32_U -> code.i2l().loadConstant(0xFFFF_FFFFL).land();
      case Opcodes.I64_LOAD8_S, Opcodes.I64_LOAD16_S, Opcodes.I64_LOAD32_S -> code.i2l();
      default -> {}
    }
  }

  private void load(String name, ClassDesc type, int offset) {
    access(name, type, List.of(Jvm.INT), offset, List.of());
  }

  /** Calls the accessor for the kind of memory, with {@code taken} on the Java stack. */
  private void access(
      String name, ClassDesc result, List<ClassDesc> taken, int offset, List<ClassDesc> last) {
    final List<ClassDesc> parameters = new ArrayList<>(taken);
    if (!fixed || offset != 0) {
      code.loadConstant(offset);
      parameters.add(Jvm.INT);
    }
    code.aload(frame.bytes);
    parameters.add(Jvm.BYTE_ARRAY);
    if (!fixed) {
      code.iload(frame.limit);
      parameters.add(Jvm.INT);
    }
    if (!last.isEmpty()) {
      code.aload(frame.memory);
      parameters.addAll(last);
    }
    code.invokestatic(Jvm.MEMORY_ACCESS, name, MethodTypeDesc.of(result, parameters));
  }

  private void store(int opcode, int offset) {
    operands.close();
    switch (opcode) {
      case Opcodes.F32_STORE ->
          code.invokestatic(
              Jvm.FLOAT_CLASS, "floatToRawIntBits", Jvm.method(Jvm.INT, Jvm.desc(ValType.F32)));
      case Opcodes.F64_STORE -> Jvm.toBits(code, ValType.F64);
      case Opcodes.I64_STORE8, Opcodes.I64_STORE16, Opcodes.I64_STORE32 -> code.l2i();
      default -> {}
    }
    switch (OpcodeTable.accessWidthLog2(opcode)) {
      case 0 -> store("storeByte", Jvm.INT, offset);
      case 1 -> store("storeShort", Jvm.INT, offset);
      case 2 -> store("storeInt", Jvm.INT, offset);
      default -> store("storeLong", Jvm.LONG, offset);
    }
    operands.pop(2);
  }

  private void store(String name, ClassDesc value, int offset) {
    access(name, Jvm.VOID, List.of(Jvm.INT, value), offset, List.of(Jvm.LINEAR_MEMORY));
  }

  /** Everything that goes through the instance, which charges by the operands. */
  void bulk(int opcode, OperatorReader in) {
    switch (opcode) {
      case Opcodes.MEMORY_SIZE -> {
        code.iload(frame.limit).loadConstant(16).iushr();
        operands.push(ValType.I32);
      }
      case Opcodes.MEMORY_GROW -> {
        onInstance("memoryGrow", Jvm.INT, 1);
        operands.push(ValType.I32);
      }
      case Opcodes.MEMORY_FILL -> onInstance("memoryFill", Jvm.VOID, 3);
      case Opcodes.MEMORY_COPY -> onInstance("memoryCopy", Jvm.VOID, 3);
      case Opcodes.MEMORY_INIT -> onInstance("memoryInit", Jvm.VOID, 3, in.index());
      case Opcodes.DATA_DROP -> onInstance("dataDrop", Jvm.VOID, 0, in.index());
      case Opcodes.TABLE_INIT -> onInstance("tableInit", Jvm.VOID, 3, in.index());
      case Opcodes.TABLE_COPY -> onInstance("tableCopy", Jvm.VOID, 3);
      case Opcodes.ELEM_DROP -> onInstance("elementDrop", Jvm.VOID, 0, in.index());
      default ->
          throw new IllegalArgumentException(
              "no code for " + OpcodeTable.name(opcode) + " at offset " + in.offset());
    }
  }

  private void onInstance(String name, ClassDesc result, int popped, int... immediates) {
    final ClassDesc[] parameters = new ClassDesc[popped + immediates.length + 1];
    java.util.Arrays.fill(parameters, Jvm.INT);
    parameters[parameters.length - 1] = Jvm.COMPILED_INSTANCE;
    frame.beforeSpending(code);
    for (int immediate : immediates) {
      code.loadConstant(immediate);
    }
    code.aload(frame.instance)
        .invokestatic(Jvm.COMPILED_INSTANCE, name, Jvm.method(result, parameters));
    frame.afterSpending(code, name.equals("memoryGrow"));
    operands.pop(popped);
  }
}
