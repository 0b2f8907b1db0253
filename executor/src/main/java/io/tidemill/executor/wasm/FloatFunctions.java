package io.tidemill.executor.wasm;

import java.util.List;

/**
 * Float instructions that a metered module carries as functions of its own, written with operations
 * that every engine gets right. The reference interpreter rounds unsigned conversions of large
 * numbers upwards, and takes the sign of two particular numbers for that of a NaN; here the result
 * does not depend on who runs the module.
 */
final class FloatFunctions {
  private FloatFunctions() {}

  /** Whether {@code opcode} becomes a call. */
  static boolean replaces(int opcode) {
    return switch (opcode) {
      case Opcodes.F32_CONVERT_I64_U,
          Opcodes.F64_CONVERT_I64_U,
          Opcodes.F32_COPYSIGN,
          Opcodes.F64_COPYSIGN ->
          true;
      default -> false;
    };
  }

  /** The type of the function that stands for {@code opcode}. */
  static FunctionType type(int opcode) {
    return switch (opcode) {
      case Opcodes.F32_CONVERT_I64_U ->
          new FunctionType(List.of(ValType.I64), List.of(ValType.F32));
      case Opcodes.F64_CONVERT_I64_U ->
          new FunctionType(List.of(ValType.I64), List.of(ValType.F64));
      case Opcodes.F32_COPYSIGN ->
          new FunctionType(List.of(ValType.F32, ValType.F32), List.of(ValType.F32));
      case Opcodes.F64_COPYSIGN ->
          new FunctionType(List.of(ValType.F64, ValType.F64), List.of(ValType.F64));
      default -> throw new IllegalArgumentException(OpcodeTable.name(opcode));
    };
  }

  /** The code entry of that function. */
  static ModuleWriter body(int opcode) {
    final ModuleWriter out = new ModuleWriter().u32(0);
    switch (opcode) {
      case Opcodes.F32_CONVERT_I64_U ->
          convert(out, ValType.F32, Opcodes.F32_CONVERT_I64_S, Opcodes.F32_MUL);
      case Opcodes.F64_CONVERT_I64_U ->
          convert(out, ValType.F64, Opcodes.F64_CONVERT_I64_S, Opcodes.F64_MUL);
      case Opcodes.F32_COPYSIGN -> {
        out.op(Opcodes.LOCAL_GET, 0).op(Opcodes.I32_REINTERPRET_F32);
        out.i32Const(Integer.MAX_VALUE).op(Opcodes.I32_AND);
        out.op(Opcodes.LOCAL_GET, 1).op(Opcodes.I32_REINTERPRET_F32);
        out.i32Const(Integer.MIN_VALUE).op(Opcodes.I32_AND);
        out.op(Opcodes.I32_OR).op(Opcodes.F32_REINTERPRET_I32);
      }
      case Opcodes.F64_COPYSIGN -> {
        out.op(Opcodes.LOCAL_GET, 0).op(Opcodes.I64_REINTERPRET_F64);
        out.i64Const(Long.MAX_VALUE).op(Opcodes.I64_AND);
        out.op(Opcodes.LOCAL_GET, 1).op(Opcodes.I64_REINTERPRET_F64);
        out.i64Const(Long.MIN_VALUE).op(Opcodes.I64_AND);
        out.op(Opcodes.I64_OR).op(Opcodes.F64_REINTERPRET_I64);
      }
      default -> throw new IllegalArgumentException(OpcodeTable.name(opcode));
    }
    return out.op(Opcodes.END);
  }

  /** Half the number, with the lost bit kept sticky, converts exactly as the whole one rounds. */
  private static void convert(ModuleWriter out, ValType to, int signed, int multiply) {
    out.op(Opcodes.LOCAL_GET, 0).i64Const(0).op(Opcodes.I64_LT_S);
    out.op(Opcodes.IF).u8(to.code());
    out.op(Opcodes.LOCAL_GET, 0).i64Const(1).op(Opcodes.I64_SHR_U);
    out.op(Opcodes.LOCAL_GET, 0).i64Const(1).op(Opcodes.I64_AND).op(Opcodes.I64_OR);
    out.op(signed);
    if (to == ValType.F32) {
      out.op(Opcodes.F32_CONST).fixed(Float.floatToRawIntBits(2.0f), 4);
    } else {
      out.op(Opcodes.F64_CONST).fixed(Double.doubleToRawLongBits(2.0), 8);
    }
    out.op(multiply);
    out.op(Opcodes.ELSE).op(Opcodes.LOCAL_GET, 0).op(signed).op(Opcodes.END);
  }
}
