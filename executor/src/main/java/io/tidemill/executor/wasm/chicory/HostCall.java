package io.tidemill.executor.wasm.chicory;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.ValType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A host function as the interpreter calls it: raw bits in an array in, raw bits in an array out.
 * Immutable and shared.
 */
@SuppressWarnings("UnusedMethod") // the conversions are found as method handles
final class HostCall {
  private static final long[] NO_RESULT = {};
  private static final MethodHandle L2I = conversion("toInt", int.class, long.class);
  private static final MethodHandle L2F = conversion("toFloat", float.class, long.class);
  private static final MethodHandle L2D = conversion("toDouble", double.class, long.class);
  private static final MethodHandle I2L = conversion("ofInt", long.class, int.class);
  private static final MethodHandle F2L = conversion("ofFloat", long.class, float.class);
  private static final MethodHandle D2L = conversion("ofDouble", long.class, double.class);

  private final MethodHandle handle;
  private final boolean hasResult;

  HostCall(HostBinding binding) {
    final FunctionType type = binding.type();
    if (type.results().size() > 1) {
      throw new IllegalArgumentException(binding + ": a host function has at most one result");
    }
    hasResult = !type.results().isEmpty();
    final Class<?> result = hasResult ? javaType(type.results().getFirst()) : void.class;
    MethodType method = MethodType.methodType(result, Instance.class);
    for (ValType param : type.params()) {
      method = method.appendParameterTypes(javaType(param));
    }
    MethodHandle found;
    try {
      found = MethodHandles.publicLookup().findStatic(binding.owner(), binding.method(), method);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "no public static method " + method + " for " + binding, e);
    }
    for (int i = 0; i < type.params().size(); i++) {
      switch (type.params().get(i)) {
        case I32 -> found = MethodHandles.filterArguments(found, i + 1, L2I);
        case F32 -> found = MethodHandles.filterArguments(found, i + 1, L2F);
        case F64 -> found = MethodHandles.filterArguments(found, i + 1, L2D);
        case I64 -> {}
      }
    }
    handle =
        rawResult(found, type)
            .asSpreader(long[].class, type.params().size())
            .asType(MethodType.methodType(long.class, Instance.class, long[].class));
  }

  private static MethodHandle rawResult(MethodHandle found, FunctionType type) {
    if (type.results().isEmpty()) {
      return MethodHandles.filterReturnValue(found, MethodHandles.constant(long.class, 0L));
    }
    return switch (type.results().getFirst()) {
      case I32 -> MethodHandles.filterReturnValue(found, I2L);
      case I64 -> found;
      case F32 -> MethodHandles.filterReturnValue(found, F2L);
      case F64 -> MethodHandles.filterReturnValue(found, D2L);
    };
  }

  long[] call(Instance instance, long[] arguments) {
    final long result;
    try {
      result = (long) handle.invokeExact(instance, arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a host function threw a checked exception", e);
    }
    return hasResult ? new long[] {result} : NO_RESULT;
  }

  private static Class<?> javaType(ValType type) {
    return switch (type) {
      case I32 -> int.class;
      case I64 -> long.class;
      case F32 -> float.class;
      case F64 -> double.class;
    };
  }

  private static MethodHandle conversion(String name, Class<?> result, Class<?> param) {
    try {
      return MethodHandles.lookup()
          .findStatic(HostCall.class, name, MethodType.methodType(result, param));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  private static int toInt(long bits) {
    return (int) bits;
  }

  private static float toFloat(long bits) {
    return Float.intBitsToFloat((int) bits);
  }

  private static double toDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long ofInt(int value) {
    return value;
  }

  private static long ofFloat(float value) {
    return Float.floatToRawIntBits(value);
  }

  private static long ofDouble(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
