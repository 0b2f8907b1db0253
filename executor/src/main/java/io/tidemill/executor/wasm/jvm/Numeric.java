package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;

/**
 * Numeric instructions that Java has no operator for. Public because generated classes call it.
 * Floats are handled by their bits wherever Java leaves the payload of a NaN open. Pure functions.
 */
public final class Numeric {
  private static final int SIGN32 = 0x8000_0000;
  private static final long SIGN64 = 0x8000_0000_0000_0000L;
  private static final double TWO_31 = 0x1p31;
  private static final double TWO_32 = 0x1p32;
  private static final double TWO_63 = 0x1p63;
  private static final double TWO_64 = 0x1p64;

  private Numeric() {}

  public static int divS(int a, int b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    if (b == -1 && a == Integer.MIN_VALUE) {
      throw Trap.of(TrapCode.INTEGER_OVERFLOW);
    }
    return a / b;
  }

  public static int divU(int a, int b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return Integer.divideUnsigned(a, b);
  }

  public static int remS(int a, int b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return a % b;
  }

  public static int remU(int a, int b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return Integer.remainderUnsigned(a, b);
  }

  public static long divS(long a, long b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    if (b == -1 && a == Long.MIN_VALUE) {
      throw Trap.of(TrapCode.INTEGER_OVERFLOW);
    }
    return a / b;
  }

  public static long divU(long a, long b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return Long.divideUnsigned(a, b);
  }

  public static long remS(long a, long b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return a % b;
  }

  public static long remU(long a, long b) {
    if (b == 0) {
      throw Trap.of(TrapCode.INTEGER_DIVISION_BY_ZERO);
    }
    return Long.remainderUnsigned(a, b);
  }

  public static long rotateLeft(long value, long by) {
    return Long.rotateLeft(value, (int) by);
  }

  public static long rotateRight(long value, long by) {
    return Long.rotateRight(value, (int) by);
  }

  /** The canonical NaN instead of any other. */
  public static float canonical(float value) {
    return Float.isNaN(value) ? Float.intBitsToFloat(0x7FC0_0000) : value;
  }

  /** The canonical NaN instead of any other. */
  public static double canonical(double value) {
    return Double.isNaN(value) ? Double.longBitsToDouble(0x7FF8_0000_0000_0000L) : value;
  }

  public static float abs(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) & ~SIGN32);
  }

  public static float neg(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) ^ SIGN32);
  }

  public static float copysign(float magnitude, float sign) {
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(magnitude) & ~SIGN32 | Float.floatToRawIntBits(sign) & SIGN32);
  }

  public static float ceil(float value) {
    return (float) Math.ceil(value);
  }

  public static float floor(float value) {
    return (float) Math.floor(value);
  }

  public static float trunc(float value) {
    return (float) trunc((double) value);
  }

  public static float nearest(float value) {
    return (float) Math.rint(value);
  }

  public static float sqrt(float value) {
    return (float) Math.sqrt(value);
  }

  public static double abs(double value) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(value) & ~SIGN64);
  }

  public static double neg(double value) {
    return Double.longBitsToDouble(Double.doubleToRawLongBits(value) ^ SIGN64);
  }

  public static double copysign(double magnitude, double sign) {
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(magnitude) & ~SIGN64
            | Double.doubleToRawLongBits(sign) & SIGN64);
  }

  public static double trunc(double value) {
    return value < 0 ? Math.ceil(value) : Math.floor(value);
  }

  public static int truncS(float value) {
    return truncS((double) value);
  }

  public static int truncU(float value) {
    return truncU((double) value);
  }

  public static int truncS(double value) {
    if (value > -TWO_31 - 1 && value < TWO_31) {
      return (int) value;
    }
    throw unconvertible(value);
  }

  public static int truncU(double value) {
    if (value > -1 && value < TWO_32) {
      return (int) (long) value;
    }
    throw unconvertible(value);
  }

  public static long truncLongS(float value) {
    return truncLongS((double) value);
  }

  public static long truncLongU(float value) {
    return truncLongU((double) value);
  }

  public static long truncLongS(double value) {
    if (value >= -TWO_63 && value < TWO_63) {
      return (long) value;
    }
    throw unconvertible(value);
  }

  public static long truncLongU(double value) {
    if (value > -1 && value < TWO_64) {
      return saturateLongU(value);
    }
    throw unconvertible(value);
  }

  private static Trap unconvertible(double value) {
    return Trap.of(
        Double.isNaN(value) ? TrapCode.INVALID_CONVERSION_TO_INTEGER : TrapCode.INTEGER_OVERFLOW);
  }

  public static int saturateU(float value) {
    return saturateU((double) value);
  }

  public static int saturateU(double value) {
    return value >= TWO_32 ? -1 : value > 0 ? (int) (long) value : 0;
  }

  public static long saturateLongU(float value) {
    return saturateLongU((double) value);
  }

  public static long saturateLongU(double value) {
    if (!(value > 0)) {
      return 0;
    }
    if (value < TWO_63) {
      return (long) value;
    }
    return value < TWO_64 ? (long) (value - TWO_63) ^ SIGN64 : -1;
  }

  public static float floatU(int value) {
    return value & 0xFFFF_FFFFL;
  }

  public static double doubleU(int value) {
    return value & 0xFFFF_FFFFL;
  }

  public static float floatU(long value) {
    if (value >= 0) {
      return value;
    }
    // Halve it, keep the lost bit sticky so that rounding stays right, and double the result.
    return (float) (value >>> 1 | value & 1) * 2;
  }

  public static double doubleU(long value) {
    if (value >= 0) {
      return value;
    }
    return (double) (value >>> 1 | value & 1) * 2;
  }
}
