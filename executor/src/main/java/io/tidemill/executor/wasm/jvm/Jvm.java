package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/** Names and types of the JVM side of compiled code. */
final class Jvm {
  // Touched first: MethodTypeDesc fails in its initializer when it is the first of them.
  static final ClassDesc INT = ConstantDescs.CD_int;
  static final ClassDesc LONG = ConstantDescs.CD_long;
  static final ClassDesc VOID = ConstantDescs.CD_void;
  static final ClassDesc INT_ARRAY = INT.arrayType();
  static final ClassDesc LONG_ARRAY = LONG.arrayType();
  static final ClassDesc BYTE_ARRAY = ConstantDescs.CD_byte.arrayType();
  static final ClassDesc THROWABLE = ConstantDescs.CD_Throwable;
  static final ClassDesc INTEGER_CLASS = of(Integer.class);
  static final ClassDesc LONG_CLASS = of(Long.class);
  static final ClassDesc FLOAT_CLASS = of(Float.class);
  static final ClassDesc DOUBLE_CLASS = of(Double.class);
  static final ClassDesc MATH = of(Math.class);
  static final ClassDesc INSTANCE = of(Instance.class);
  static final ClassDesc COMPILED_INSTANCE = of(CompiledInstance.class);
  static final ClassDesc GUARD = of(ExecutionGuard.class);
  static final ClassDesc LINEAR_MEMORY = of(LinearMemory.class);
  static final ClassDesc MEMORY_ACCESS = of(MemoryAccess.class);
  static final ClassDesc PACKED_STACK = of(PackedStack.class);
  static final ClassDesc NUMERIC = of(Numeric.class);
  static final ClassDesc TRAP = of(Trap.class);

  private Jvm() {}

  static ClassDesc of(Class<?> type) {
    return ClassDesc.of(type.getName());
  }

  static MethodTypeDesc method(ClassDesc result, ClassDesc... parameters) {
    return MethodTypeDesc.of(result, parameters);
  }

  static ClassDesc desc(ValType type) {
    return switch (type) {
      case I32 -> INT;
      case I64 -> LONG;
      case F32 -> ConstantDescs.CD_float;
      case F64 -> ConstantDescs.CD_double;
    };
  }

  static TypeKind kind(ValType type) {
    return switch (type) {
      case I32 -> TypeKind.INT;
      case I64 -> TypeKind.LONG;
      case F32 -> TypeKind.FLOAT;
      case F64 -> TypeKind.DOUBLE;
    };
  }

  /** How many JVM slots a value takes. */
  static int width(ValType type) {
    return type == ValType.I64 || type == ValType.F64 ? 2 : 1;
  }

  static int width(List<ValType> types) {
    int sum = 0;
    for (ValType type : types) {
      sum += width(type);
    }
    return sum;
  }

  /**
   * The descriptor of a compiled function: the wasm parameters, {@code extra}, the fuel left, the
   * packed stack and the instance. It returns its first result and leaves the fuel in the instance;
   * without results it returns the fuel. Results beyond the first travel in {@link
   * CompiledInstance#results}.
   */
  static MethodTypeDesc function(FunctionType type, ClassDesc instance, ClassDesc... extra) {
    final List<ClassDesc> parameters = new ArrayList<>();
    for (ValType parameter : type.params()) {
      parameters.add(desc(parameter));
    }
    parameters.addAll(List.of(extra));
    parameters.add(LONG);
    parameters.add(INT);
    parameters.add(instance);
    return MethodTypeDesc.of(returned(type), parameters);
  }

  static ClassDesc result(FunctionType type) {
    return type.results().isEmpty() ? VOID : desc(type.results().getFirst());
  }

  private static ClassDesc returned(FunctionType type) {
    return type.results().isEmpty() ? LONG : result(type);
  }

  /** What a compiled function returns. */
  static TypeKind returnedKind(FunctionType type) {
    return type.results().isEmpty() ? TypeKind.LONG : kind(type.results().getFirst());
  }

  static TypeKind resultKind(FunctionType type) {
    return type.results().isEmpty() ? TypeKind.VOID : kind(type.results().getFirst());
  }

  /** Replaces a value on the stack by its raw bits as a long. */
  static void toBits(CodeBuilder code, ValType type) {
    switch (type) {
      case I32 -> code.i2l().loadConstant(0xFFFF_FFFFL).land();
      case I64 -> {}
      case F32 -> {
        code.invokestatic(FLOAT_CLASS, "floatToRawIntBits", method(INT, desc(type)));
        toBits(code, ValType.I32);
      }
      case F64 -> code.invokestatic(DOUBLE_CLASS, "doubleToRawLongBits", method(LONG, desc(type)));
    }
  }

  /** Replaces raw bits on the stack by the value. */
  static void fromBits(CodeBuilder code, ValType type) {
    switch (type) {
      case I32 -> code.l2i();
      case I64 -> {}
      case F32 -> code.l2i().invokestatic(FLOAT_CLASS, "intBitsToFloat", method(desc(type), INT));
      case F64 -> code.invokestatic(DOUBLE_CLASS, "longBitsToDouble", method(desc(type), LONG));
    }
  }

  /** Pushes a constant by its raw bits; a NaN keeps its payload. */
  static void constant(CodeBuilder code, ValType type, long bits) {
    switch (type) {
      case I32 -> code.loadConstant((int) bits);
      case I64 -> code.loadConstant(bits);
      case F32 -> {
        final float value = Float.intBitsToFloat((int) bits);
        if (Float.isNaN(value)) {
          code.loadConstant((int) bits)
              .invokestatic(FLOAT_CLASS, "intBitsToFloat", method(desc(type), INT));
        } else {
          code.loadConstant(value);
        }
      }
      case F64 -> {
        final double value = Double.longBitsToDouble(bits);
        if (Double.isNaN(value)) {
          code.loadConstant(bits)
              .invokestatic(DOUBLE_CLASS, "longBitsToDouble", method(desc(type), LONG));
        } else {
          code.loadConstant(value);
        }
      }
    }
  }
}
