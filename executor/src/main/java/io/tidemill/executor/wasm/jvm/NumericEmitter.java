package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;

/**
 * Emits comparisons, arithmetic and conversions. A comparison whose result may go straight into a
 * branch is kept back until the next instruction shows whether it does.
 */
final class NumericEmitter {
  private static final int NONE = -1;

  private final CodeBuilder code;
  private final Operands operands;
  private final boolean canonicalNans;

  // The comparison on top of the operands that is not emitted yet, or NONE, and whether it is
  // turned round by i32.eqz.
  private int comparison = NONE;
  private boolean inverted;

  NumericEmitter(CodeBuilder code, Operands operands, boolean canonicalNans) {
    this.code = code;
    this.operands = operands;
    this.canonicalNans = canonicalNans;
  }

  /** Emits the instruction if it is numeric; false when it is of another kind. */
  boolean emit(int opcode) {
    if (opcode == Opcodes.I32_EQZ && comparison != NONE) {
      inverted = !inverted;
      return true;
    }
    if (opcode >= Opcodes.I32_EQZ && opcode <= Opcodes.F64_GE) {
      flush();
      compare(opcode);
      return true;
    }
    if (opcode < Opcodes.I32_CLZ || opcode > Opcodes.I64_TRUNC_SAT_F64_U) {
      return false;
    }
    flush();
    final String signature = java.util.Objects.requireNonNull(OpcodeTable.signature(opcode));
    final int operandCount = signature.indexOf(':');
    if (takesRawBits(opcode)) {
      operands.close(operandCount);
    }
    final boolean isOpen = canonicalNans && OpcodeTable.makesArbitraryNan(opcode);
    if (opcode < Opcodes.F32_ABS || opcode > Opcodes.F64_COPYSIGN) {
      if (opcode < Opcodes.F32_ABS) {
        integer(opcode);
      } else {
        convert(opcode);
      }
    } else {
      floating(opcode);
    }
    operands.pop(operandCount);
    operands.push(ModuleLayout.type(signature.charAt(operandCount + 1)), isOpen);
    return true;
  }

  /** Whether the instruction shows the payload of a NaN: the operands have to be canonical. */
  private static boolean takesRawBits(int opcode) {
    return switch (opcode) {
      case Opcodes.F32_ABS,
          Opcodes.F32_NEG,
          Opcodes.F32_COPYSIGN,
          Opcodes.F64_ABS,
          Opcodes.F64_NEG,
          Opcodes.F64_COPYSIGN,
          Opcodes.I32_REINTERPRET_F32,
          Opcodes.I64_REINTERPRET_F64 ->
          true;
      default -> false;
    };
  }

  private void compare(int opcode) {
    comparison = opcode;
    inverted = false;
    operands.pop(opcode == Opcodes.I32_EQZ || opcode == Opcodes.I64_EQZ ? 1 : 2);
    operands.push(ValType.I32);
  }

  /** Turns a comparison that was kept back into 0 or 1 on the Java stack. */
  void flush() {
    if (comparison == NONE) {
      return;
    }
    final Label isTrue = code.newLabel();
    final Label done = code.newLabel();
    operands.pop(1);
    jump(isTrue, true);
    code.iconst_0().goto_(done).labelBinding(isTrue).iconst_1().labelBinding(done);
    operands.push(ValType.I32);
  }

  /** Consumes the condition on top and jumps when it is, or is not, zero. */
  void branch(Label target, boolean whenTrue) {
    operands.pop(1);
    if (comparison == NONE) {
      code.branch(whenTrue ? Opcode.IFNE : Opcode.IFEQ, target);
    } else {
      jump(target, whenTrue);
    }
  }

  private void jump(Label target, boolean whenTrue) {
    final int opcode = comparison;
    final boolean jumpsWhenTrue = whenTrue != inverted;
    comparison = NONE;
    inverted = false;
    final Opcode when = condition(opcode);
    code.branch(jumpsWhenTrue ? when : inverse(when), target);
  }

  /** Emits the comparing part and returns the jump that is taken when the comparison holds. */
  private Opcode condition(int opcode) {
    if (opcode <= Opcodes.I32_GE_U) {
      return intCondition(opcode);
    }
    if (opcode <= Opcodes.I64_GE_U) {
      return longCondition(opcode);
    }
    return floatCondition(opcode);
  }

  private Opcode intCondition(int opcode) {
    return switch (opcode) {
      case Opcodes.I32_EQZ -> Opcode.IFEQ;
      case Opcodes.I32_EQ -> Opcode.IF_ICMPEQ;
      case Opcodes.I32_NE -> Opcode.IF_ICMPNE;
      case Opcodes.I32_LT_S -> Opcode.IF_ICMPLT;
      case Opcodes.I32_GT_S -> Opcode.IF_ICMPGT;
      case Opcodes.I32_LE_S -> Opcode.IF_ICMPLE;
      case Opcodes.I32_GE_S -> Opcode.IF_ICMPGE;
      default -> {
        code.invokestatic(
            Jvm.INTEGER_CLASS, "compareUnsigned", Jvm.method(Jvm.INT, Jvm.INT, Jvm.INT));
        yield switch (opcode) {
          case Opcodes.I32_LT_U -> Opcode.IFLT;
          case Opcodes.I32_GT_U -> Opcode.IFGT;
          case Opcodes.I32_LE_U -> Opcode.IFLE;
          default -> Opcode.IFGE;
        };
      }
    };
  }

  private Opcode longCondition(int opcode) {
    switch (opcode) {
      case Opcodes.I64_EQZ -> code.lconst_0().lcmp();
      case Opcodes.I64_LT_U, Opcodes.I64_GT_U, Opcodes.I64_LE_U, Opcodes.I64_GE_U ->
          code.invokestatic(
              Jvm.LONG_CLASS, "compareUnsigned", Jvm.method(Jvm.INT, Jvm.LONG, Jvm.LONG));
      default -> code.lcmp();
    }
    return switch (opcode) {
      case Opcodes.I64_EQZ, Opcodes.I64_EQ -> Opcode.IFEQ;
      case Opcodes.I64_NE -> Opcode.IFNE;
      case Opcodes.I64_LT_S, Opcodes.I64_LT_U -> Opcode.IFLT;
      case Opcodes.I64_GT_S, Opcodes.I64_GT_U -> Opcode.IFGT;
      case Opcodes.I64_LE_S, Opcodes.I64_LE_U -> Opcode.IFLE;
      default -> Opcode.IFGE;
    };
  }

  /** The variant of the comparison is the one that makes the jump fail for a NaN. */
  private Opcode floatCondition(int opcode) {
    switch (opcode) {
      case Opcodes.F32_LT, Opcodes.F32_LE -> code.fcmpg();
      case Opcodes.F64_LT, Opcodes.F64_LE -> code.dcmpg();
      default -> {
        if (opcode <= Opcodes.F32_GE) {
          code.fcmpl();
        } else {
          code.dcmpl();
        }
      }
    }
    return switch (opcode) {
      case Opcodes.F32_EQ, Opcodes.F64_EQ -> Opcode.IFEQ;
      case Opcodes.F32_NE, Opcodes.F64_NE -> Opcode.IFNE;
      case Opcodes.F32_LT, Opcodes.F64_LT -> Opcode.IFLT;
      case Opcodes.F32_GT, Opcodes.F64_GT -> Opcode.IFGT;
      case Opcodes.F32_LE, Opcodes.F64_LE -> Opcode.IFLE;
      default -> Opcode.IFGE;
    };
  }

  private static Opcode inverse(Opcode jump) {
    return switch (jump) {
      case IFEQ -> Opcode.IFNE;
      case IFNE -> Opcode.IFEQ;
      case IFLT -> Opcode.IFGE;
      case IFGE -> Opcode.IFLT;
      case IFGT -> Opcode.IFLE;
      case IFLE -> Opcode.IFGT;
      case IF_ICMPEQ -> Opcode.IF_ICMPNE;
      case IF_ICMPNE -> Opcode.IF_ICMPEQ;
      case IF_ICMPLT -> Opcode.IF_ICMPGE;
      case IF_ICMPGE -> Opcode.IF_ICMPLT;
      case IF_ICMPGT -> Opcode.IF_ICMPLE;
      case IF_ICMPLE -> Opcode.IF_ICMPGT;
      default -> throw new IllegalArgumentException("not a conditional jump: " + jump);
    };
  }

  private void integer(int opcode) {
    switch (opcode) {
      case Opcodes.I32_CLZ -> unary(Jvm.INTEGER_CLASS, "numberOfLeadingZeros", ValType.I32);
      case Opcodes.I32_CTZ -> unary(Jvm.INTEGER_CLASS, "numberOfTrailingZeros", ValType.I32);
      case Opcodes.I32_POPCNT -> unary(Jvm.INTEGER_CLASS, "bitCount", ValType.I32);
      case Opcodes.I32_ADD -> code.iadd();
      case Opcodes.I32_SUB -> code.isub();
      case Opcodes.I32_MUL -> code.imul();
      case Opcodes.I32_DIV_S -> binary(Jvm.NUMERIC, "divS", ValType.I32);
      case Opcodes.I32_DIV_U -> binary(Jvm.NUMERIC, "divU", ValType.I32);
      case Opcodes.I32_REM_S -> binary(Jvm.NUMERIC, "remS", ValType.I32);
      case Opcodes.I32_REM_U -> binary(Jvm.NUMERIC, "remU", ValType.I32);
      case Opcodes.I32_AND -> code.iand();
      case Opcodes.I32_OR -> code.ior();
      case Opcodes.I32_XOR -> code.ixor();
      case Opcodes.I32_SHL -> code.ishl();
      case Opcodes.I32_SHR_S -> code.ishr();
      case Opcodes.I32_SHR_U -> code.iushr();
      case Opcodes.I32_ROTL -> binary(Jvm.INTEGER_CLASS, "rotateLeft", ValType.I32);
      case Opcodes.I32_ROTR -> binary(Jvm.INTEGER_CLASS, "rotateRight", ValType.I32);
      case Opcodes.I64_CLZ -> count64("numberOfLeadingZeros");
      case Opcodes.I64_CTZ -> count64("numberOfTrailingZeros");
      case Opcodes.I64_POPCNT -> count64("bitCount");
      case Opcodes.I64_ADD -> code.ladd();
      case Opcodes.I64_SUB -> code.lsub();
      case Opcodes.I64_MUL -> code.lmul();
      case Opcodes.I64_DIV_S -> binary(Jvm.NUMERIC, "divS", ValType.I64);
      case Opcodes.I64_DIV_U -> binary(Jvm.NUMERIC, "divU", ValType.I64);
      case Opcodes.I64_REM_S -> binary(Jvm.NUMERIC, "remS", ValType.I64);
      case Opcodes.I64_REM_U -> binary(Jvm.NUMERIC, "remU", ValType.I64);
      case Opcodes.I64_AND -> code.land();
      case Opcodes.I64_OR -> code.lor();
      case Opcodes.I64_XOR -> code.lxor();
      case Opcodes.I64_SHL -> code.l2i().lshl();
      case Opcodes.I64_SHR_S -> code.l2i().lshr();
      case Opcodes.I64_SHR_U -> code.l2i().lushr();
      case Opcodes.I64_ROTL -> binary(Jvm.NUMERIC, "rotateLeft", ValType.I64);
      case Opcodes.I64_ROTR -> binary(Jvm.NUMERIC, "rotateRight", ValType.I64);
      default -> throw new IllegalArgumentException(OpcodeTable.name(opcode));
    }
  }

  private void unary(ClassDesc owner, String name, ValType type) {
    code.invokestatic(owner, name, Jvm.method(Jvm.desc(type), Jvm.desc(type)));
  }

  private void binary(ClassDesc owner, String name, ValType type) {
    code.invokestatic(owner, name, Jvm.method(Jvm.desc(type), Jvm.desc(type), Jvm.desc(type)));
  }

  private void count64(String name) {
    code.invokestatic(Jvm.LONG_CLASS, name, Jvm.method(Jvm.INT, Jvm.LONG)).i2l();
  }

  private void floating(int opcode) {
    final ValType type = opcode < Opcodes.F64_ABS ? ValType.F32 : ValType.F64;
    final boolean single = type == ValType.F32;
    final ClassDesc owner = single ? Jvm.NUMERIC : Jvm.MATH;
    switch (opcode) {
      case Opcodes.F32_ABS, Opcodes.F64_ABS -> unary(Jvm.NUMERIC, "abs", type);
      case Opcodes.F32_NEG, Opcodes.F64_NEG -> unary(Jvm.NUMERIC, "neg", type);
      case Opcodes.F32_CEIL, Opcodes.F64_CEIL -> unary(owner, "ceil", type);
      case Opcodes.F32_FLOOR, Opcodes.F64_FLOOR -> unary(owner, "floor", type);
      case Opcodes.F32_TRUNC, Opcodes.F64_TRUNC -> unary(Jvm.NUMERIC, "trunc", type);
      case Opcodes.F32_NEAREST, Opcodes.F64_NEAREST ->
          unary(owner, single ? "nearest" : "rint", type);
      case Opcodes.F32_SQRT, Opcodes.F64_SQRT -> unary(owner, "sqrt", type);
      case Opcodes.F32_ADD -> code.fadd();
      case Opcodes.F64_ADD -> code.dadd();
      case Opcodes.F32_SUB -> code.fsub();
      case Opcodes.F64_SUB -> code.dsub();
      case Opcodes.F32_MUL -> code.fmul();
      case Opcodes.F64_MUL -> code.dmul();
      case Opcodes.F32_DIV -> code.fdiv();
      case Opcodes.F64_DIV -> code.ddiv();
      case Opcodes.F32_MIN, Opcodes.F64_MIN -> binary(Jvm.MATH, "min", type);
      case Opcodes.F32_MAX, Opcodes.F64_MAX -> binary(Jvm.MATH, "max", type);
      case Opcodes.F32_COPYSIGN, Opcodes.F64_COPYSIGN -> binary(Jvm.NUMERIC, "copysign", type);
      default -> throw new IllegalArgumentException(OpcodeTable.name(opcode));
    }
  }

  private void convert(int opcode) {
    switch (opcode) {
      case Opcodes.I32_WRAP_I64 -> code.l2i();
      case Opcodes.I32_TRUNC_F32_S -> helper("truncS", ValType.F32, ValType.I32);
      case Opcodes.I32_TRUNC_F32_U -> helper("truncU", ValType.F32, ValType.I32);
      case Opcodes.I32_TRUNC_F64_S -> helper("truncS", ValType.F64, ValType.I32);
      case Opcodes.I32_TRUNC_F64_U -> helper("truncU", ValType.F64, ValType.I32);
      case Opcodes.I64_EXTEND_I32_S -> code.i2l();
      case Opcodes.I64_EXTEND_I32_U -> code.i2l().loadConstant(0xFFFF_FFFFL).land();
      case Opcodes.I64_TRUNC_F32_S -> helper("truncLongS", ValType.F32, ValType.I64);
      case Opcodes.I64_TRUNC_F32_U -> helper("truncLongU", ValType.F32, ValType.I64);
      case Opcodes.I64_TRUNC_F64_S -> helper("truncLongS", ValType.F64, ValType.I64);
      case Opcodes.I64_TRUNC_F64_U -> helper("truncLongU", ValType.F64, ValType.I64);
      case Opcodes.F32_CONVERT_I32_S -> code.i2f();
      case Opcodes.F32_CONVERT_I32_U -> helper("floatU", ValType.I32, ValType.F32);
      case Opcodes.F32_CONVERT_I64_S -> code.l2f();
      case Opcodes.F32_CONVERT_I64_U -> helper("floatU", ValType.I64, ValType.F32);
      case Opcodes.F32_DEMOTE_F64 -> code.d2f();
      case Opcodes.F64_CONVERT_I32_S -> code.i2d();
      case Opcodes.F64_CONVERT_I32_U -> helper("doubleU", ValType.I32, ValType.F64);
      case Opcodes.F64_CONVERT_I64_S -> code.l2d();
      case Opcodes.F64_CONVERT_I64_U -> helper("doubleU", ValType.I64, ValType.F64);
      case Opcodes.F64_PROMOTE_F32 -> code.f2d();
      case Opcodes.I32_REINTERPRET_F32 ->
          code.invokestatic(
              Jvm.FLOAT_CLASS, "floatToRawIntBits", Jvm.method(Jvm.INT, Jvm.desc(ValType.F32)));
      case Opcodes.I64_REINTERPRET_F64 -> Jvm.toBits(code, ValType.F64);
      case Opcodes.F32_REINTERPRET_I32 ->
          code.invokestatic(
              Jvm.FLOAT_CLASS, "intBitsToFloat", Jvm.method(Jvm.desc(ValType.F32), Jvm.INT));
      case Opcodes.F64_REINTERPRET_I64 -> Jvm.fromBits(code, ValType.F64);
      case Opcodes.I32_EXTEND8_S -> code.i2b();
      case Opcodes.I32_EXTEND16_S -> code.i2s();
      case Opcodes.I64_EXTEND8_S -> code.l2i().i2b().i2l();
      case Opcodes.I64_EXTEND16_S -> code.l2i().i2s().i2l();
      case Opcodes.I64_EXTEND32_S -> code.l2i().i2l();
      case Opcodes.I32_TRUNC_SAT_F32_S -> code.f2i();
      case Opcodes.I32_TRUNC_SAT_F32_U -> helper("saturateU", ValType.F32, ValType.I32);
      case Opcodes.I32_TRUNC_SAT_F64_S -> code.d2i();
      case Opcodes.I32_TRUNC_SAT_F64_U -> helper("saturateU", ValType.F64, ValType.I32);
      case Opcodes.I64_TRUNC_SAT_F32_S -> code.f2l();
      case Opcodes.I64_TRUNC_SAT_F32_U -> helper("saturateLongU", ValType.F32, ValType.I64);
      case Opcodes.I64_TRUNC_SAT_F64_S -> code.d2l();
      case Opcodes.I64_TRUNC_SAT_F64_U -> helper("saturateLongU", ValType.F64, ValType.I64);
      default -> throw new IllegalArgumentException(OpcodeTable.name(opcode));
    }
  }

  private void helper(String name, ValType from, ValType to) {
    code.invokestatic(Jvm.NUMERIC, name, Jvm.method(Jvm.desc(to), Jvm.desc(from)));
  }
}
