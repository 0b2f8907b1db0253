package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.gen.Sink;
import java.util.ArrayList;
import java.util.List;

/**
 * A module with one exported function for every numeric instruction, named after it. Operands and
 * results travel as i64 bit patterns, so that no NaN loses bits on the way.
 */
public final class NumericModule {
  private NumericModule() {}

  /** The instructions in the order of the functions. */
  public static List<Integer> opcodes() {
    final List<Integer> all = new ArrayList<>();
    for (int i = Opcodes.I32_EQZ; i < OpcodeTable.size(); i++) {
      final int opcode = i < 256 ? i : Opcodes.PREFIX_FC << 8 | (i - 256);
      if (OpcodeTable.known(opcode) && OpcodeTable.signature(opcode) != null) {
        all.add(opcode);
      }
    }
    return all;
  }

  /** How many operands an instruction takes. */
  public static int operands(int opcode) {
    return OpcodeTable.signature(opcode).indexOf(':');
  }

  /** The module's bytes. */
  public static byte[] bytes() {
    final List<Integer> opcodes = opcodes();
    final Sink types = new Sink().u32(2);
    types.raw(0x60, 1, 0x7E, 1, 0x7E).raw(0x60, 2, 0x7E, 0x7E, 1, 0x7E);
    final Sink functions = new Sink().u32(opcodes.size());
    final Sink exports = new Sink().u32(opcodes.size());
    final Sink code = new Sink().u32(opcodes.size());
    for (int i = 0; i < opcodes.size(); i++) {
      functions.u32(operands(opcodes.get(i)) - 1);
      exports.name(OpcodeTable.name(opcodes.get(i))).raw(0).u32(i);
      code.sized(body(opcodes.get(i)));
    }
    return Sink.module()
        .section(1, types)
        .section(3, functions)
        .section(7, exports)
        .section(10, code)
        .toBytes();
  }

  private static Sink body(int opcode) {
    final String signature = OpcodeTable.signature(opcode);
    final Sink body = new Sink().u32(0);
    for (int i = 0; i < operands(opcode); i++) {
      body.op(Opcodes.LOCAL_GET, i);
      switch (signature.charAt(i)) {
        case 'i' -> body.op(Opcodes.I32_WRAP_I64);
        case 'f' -> body.op(Opcodes.I32_WRAP_I64).op(Opcodes.F32_REINTERPRET_I32);
        case 'd' -> body.op(Opcodes.F64_REINTERPRET_I64);
        default -> {}
      }
    }
    body.op(opcode);
    switch (signature.charAt(signature.length() - 1)) {
      case 'i' -> body.op(Opcodes.I64_EXTEND_I32_U);
      case 'f' -> body.op(Opcodes.I32_REINTERPRET_F32).op(Opcodes.I64_EXTEND_I32_U);
      case 'd' -> body.op(Opcodes.I64_REINTERPRET_F64);
      default -> {}
    }
    return body.op(Opcodes.END);
  }
}
