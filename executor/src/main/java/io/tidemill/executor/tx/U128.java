package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** An unsigned 128-bit amount: quanta, fees, gas totals. On the wire 16 bytes little-endian. */
public record U128(long high, long low) implements Comparable<U128> {
  /** The bytes on the wire. */
  public static final int LENGTH = 16;

  public static final U128 ZERO = new U128(0, 0);
  public static final U128 MAX = new U128(-1, -1);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The amount {@code value}, read as unsigned. */
  public static U128 of(long value) {
    return new U128(0, value);
  }

  /**
   * The amount {@code value}.
   *
   * @throws ArithmeticException if it is negative or does not fit 128 bits
   */
  public static U128 of(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 128) {
      throw new ArithmeticException("does not fit u128: " + value);
    }
    return new U128(value.shiftRight(64).longValue(), value.longValue());
  }

  /** The amount whose 16 little-endian bytes start at {@code offset}. */
  public static U128 at(byte[] bytes, int offset) {
    return new U128((long) LONGS.get(bytes, offset + 8), (long) LONGS.get(bytes, offset));
  }

  /** Writes 16 little-endian bytes at {@code offset}. */
  public void writeTo(byte[] target, int offset) {
    LONGS.set(target, offset, low);
    LONGS.set(target, offset + 8, high);
  }

  /** A fresh array with the 16 little-endian bytes. */
  public byte[] toBytes() {
    final byte[] bytes = new byte[LENGTH];
    writeTo(bytes, 0);
    return bytes;
  }

  /** Reads 16 little-endian bytes. */
  public static U128 read(BorshReader in, String field) {
    final long low = in.u64(field);
    return new U128(in.u64(field), low);
  }

  /** Writes 16 little-endian bytes. */
  public void write(BorshWriter out) {
    out.u64(low).u64(high);
  }

  public boolean isZero() {
    return (high | low) == 0;
  }

  /** The sum, or null when it does not fit. */
  public @Nullable U128 plusOrNull(U128 other) {
    final long sumLow = low + other.low;
    final long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
    final long partial = high + other.high;
    final long sumHigh = partial + carry;
    final boolean overflow =
        Long.compareUnsigned(partial, high) < 0 || Long.compareUnsigned(sumHigh, partial) < 0;
    return overflow ? null : new U128(sumHigh, sumLow);
  }

  /** The sum where the caller knows that it fits: supply is bounded. */
  public U128 plus(U128 other) {
    final U128 sum = plusOrNull(other);
    if (sum == null) {
      throw new ArithmeticException("u128 overflow: " + this + " + " + other);
    }
    return sum;
  }

  /** The difference, or null when {@code other} is greater. */
  public @Nullable U128 minusOrNull(U128 other) {
    if (compareTo(other) < 0) {
      return null;
    }
    final long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
    return new U128(high - other.high - borrow, low - other.low);
  }

  /** The difference where the caller has compared before. */
  public U128 minus(U128 other) {
    final U128 difference = minusOrNull(other);
    if (difference == null) {
      throw new ArithmeticException("u128 underflow: " + this + " - " + other);
    }
    return difference;
  }

  /** The product with an unsigned 64-bit factor, or null when it does not fit. */
  public @Nullable U128 timesOrNull(long factor) {
    if (Math.unsignedMultiplyHigh(high, factor) != 0) {
      return null;
    }
    final long top = high * factor;
    final long carried = Math.unsignedMultiplyHigh(low, factor);
    final long productHigh = top + carried;
    return Long.compareUnsigned(productHigh, top) < 0 ? null : new U128(productHigh, low * factor);
  }

  /** The product where the caller knows that it fits. */
  public U128 times(long factor) {
    final U128 product = timesOrNull(factor);
    if (product == null) {
      throw new ArithmeticException("u128 overflow: " + this + " * " + factor);
    }
    return product;
  }

  /** The quotient by a positive 63-bit divisor, rounded down. */
  public U128 dividedBy(long divisor) {
    if (high == 0) {
      return new U128(0, Long.divideUnsigned(low, divisor));
    }
    return of(toBigInteger().divide(BigInteger.valueOf(divisor)));
  }

  /** The remainder by a positive 63-bit divisor. */
  public long remainder(long divisor) {
    if (high == 0) {
      return Long.remainderUnsigned(low, divisor);
    }
    return toBigInteger().mod(BigInteger.valueOf(divisor)).longValueExact();
  }

  /** floor(this * factor / divisor) without overflow in between; both are positive. */
  public U128 timesDividedBy(long factor, long divisor) {
    return of(
        toBigInteger().multiply(BigInteger.valueOf(factor)).divide(BigInteger.valueOf(divisor)));
  }

  /** The smaller of both. */
  public U128 min(U128 other) {
    return compareTo(other) <= 0 ? this : other;
  }

  public BigInteger toBigInteger() {
    return new BigInteger(Long.toUnsignedString(high))
        .shiftLeft(64)
        .add(new BigInteger(Long.toUnsignedString(low)));
  }

  @Override
  public int compareTo(U128 other) {
    final int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return high == 0 ? Long.toUnsignedString(low) : toBigInteger().toString();
  }
}
