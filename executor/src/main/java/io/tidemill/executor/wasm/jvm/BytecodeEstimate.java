package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;

/**
 * How many bytes of bytecode an instruction becomes, roughly and from above in the usual case. It
 * decides before anything is emitted whether a method can fit, because building a class file of an
 * oversized method is itself expensive; the exact size is checked afterwards.
 */
final class BytecodeEstimate {
  /** A check for fuel, with the poll that some of them carry. */
  static final int CHARGE = 18;

  private static final int CALL = 30;

  private BytecodeEstimate() {}

  /** The bytes for the instruction that {@code in} stands on. */
  static int of(OperatorReader in) {
    final int opcode = in.opcode();
    if (OpcodeTable.accessesMemory(opcode)) {
      return OpcodeTable.stores(opcode) ? 13 : 11;
    }
    return switch (opcode) {
      case Opcodes.NOP, Opcodes.BLOCK, Opcodes.LOOP, Opcodes.END, Opcodes.DROP -> 1;
      case Opcodes.LOCAL_GET, Opcodes.LOCAL_SET -> 2;
      case Opcodes.LOCAL_TEE, Opcodes.I32_CONST, Opcodes.I64_CONST -> 3;
      case Opcodes.CALL, Opcodes.CALL_INDIRECT, Opcodes.MEMORY_GROW -> CALL;
      case Opcodes.BR_TABLE -> 16 + 4 * Math.min(in.targetCount(), 256);
      case Opcodes.GLOBAL_GET -> 5;
      case Opcodes.GLOBAL_SET -> 6;
      case Opcodes.BR, Opcodes.BR_IF, Opcodes.IF, Opcodes.ELSE, Opcodes.SELECT -> 6;
      case Opcodes.RETURN -> 8;
      default -> {
        if (opcode >= Opcodes.I32_EQZ && opcode <= Opcodes.F64_GE) {
          yield 5;
        }
        if (opcode >= Opcodes.MEMORY_INIT) {
          yield CALL;
        }
        yield OpcodeTable.makesArbitraryNan(opcode) ? 4 : 2;
      }
    };
  }
}
