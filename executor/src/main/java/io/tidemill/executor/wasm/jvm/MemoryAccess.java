package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.LinearMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Loads and stores of compiled code. Public because generated classes call it. An access past the
 * memory ends in IndexOutOfBoundsException, which the generated code turns into a trap.
 *
 * <p>A memory that can grow has a {@code limit} below the length of its array. The base is compared
 * as an int against {@code limit - offset - width}: a base of 2^31 or more is negative and fails,
 * and so does every base when the difference is negative, so {@code base + offset} cannot wrap.
 *
 * <p>A memory that cannot grow fills its array, whose own check is the only one then. With an
 * offset the base must not be negative; a sum that wraps is negative and fails.
 *
 * <p>{@link Objects#checkIndex} is an intrinsic that the JIT can hoist and merge; a hand-written
 * compare is not. A constant offset near 2^31 never gets here.
 */
public final class MemoryAccess {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private MemoryAccess() {}

  public static byte loadByte(int base, int offset, byte[] bytes, int limit) {
    return bytes[Objects.checkIndex(base, limit - offset) + offset];
  }

  public static short loadShort(int base, int offset, byte[] bytes, int limit) {
    return (short) SHORT.get(bytes, Objects.checkIndex(base, limit - offset - 1) + offset);
  }

  public static int loadInt(int base, int offset, byte[] bytes, int limit) {
    return (int) INT.get(bytes, Objects.checkIndex(base, limit - offset - 3) + offset);
  }

  public static long loadLong(int base, int offset, byte[] bytes, int limit) {
    return (long) LONG.get(bytes, Objects.checkIndex(base, limit - offset - 7) + offset);
  }

  public static void storeByte(
      int base, int value, int offset, byte[] bytes, int limit, LinearMemory memory) {
    final int index = Objects.checkIndex(base, limit - offset) + offset;
    memory.touch(index);
    bytes[index] = (byte) value;
  }

  public static void storeShort(
      int base, int value, int offset, byte[] bytes, int limit, LinearMemory memory) {
    final int index = Objects.checkIndex(base, limit - offset - 1) + offset;
    memory.touch(index);
    SHORT.set(bytes, index, (short) value);
  }

  public static void storeInt(
      int base, int value, int offset, byte[] bytes, int limit, LinearMemory memory) {
    final int index = Objects.checkIndex(base, limit - offset - 3) + offset;
    memory.touch(index);
    INT.set(bytes, index, value);
  }

  public static void storeLong(
      int base, long value, int offset, byte[] bytes, int limit, LinearMemory memory) {
    final int index = Objects.checkIndex(base, limit - offset - 7) + offset;
    memory.touch(index);
    LONG.set(bytes, index, value);
  }

  public static byte loadByte(int base, byte[] bytes) {
    return bytes[base];
  }

  public static byte loadByte(int base, int offset, byte[] bytes) {
    return bytes[sum(base, offset)];
  }

  public static short loadShort(int base, byte[] bytes) {
    return (short) SHORT.get(bytes, base);
  }

  public static short loadShort(int base, int offset, byte[] bytes) {
    return (short) SHORT.get(bytes, sum(base, offset));
  }

  public static int loadInt(int base, byte[] bytes) {
    return (int) INT.get(bytes, base);
  }

  public static int loadInt(int base, int offset, byte[] bytes) {
    return (int) INT.get(bytes, sum(base, offset));
  }

  public static long loadLong(int base, byte[] bytes) {
    return (long) LONG.get(bytes, base);
  }

  public static long loadLong(int base, int offset, byte[] bytes) {
    return (long) LONG.get(bytes, sum(base, offset));
  }

  public static void storeByte(int base, int value, byte[] bytes, LinearMemory memory) {
    bytes[base] = (byte) value;
    memory.touch(base);
  }

  public static void storeByte(int base, int value, int offset, byte[] bytes, LinearMemory memory) {
    final int index = sum(base, offset);
    bytes[index] = (byte) value;
    memory.touch(index);
  }

  public static void storeShort(int base, int value, byte[] bytes, LinearMemory memory) {
    SHORT.set(bytes, base, (short) value);
    memory.touch(base);
  }

  public static void storeShort(
      int base, int value, int offset, byte[] bytes, LinearMemory memory) {
    final int index = sum(base, offset);
    SHORT.set(bytes, index, (short) value);
    memory.touch(index);
  }

  public static void storeInt(int base, int value, byte[] bytes, LinearMemory memory) {
    INT.set(bytes, base, value);
    memory.touch(base);
  }

  public static void storeInt(int base, int value, int offset, byte[] bytes, LinearMemory memory) {
    final int index = sum(base, offset);
    INT.set(bytes, index, value);
    memory.touch(index);
  }

  public static void storeLong(int base, long value, byte[] bytes, LinearMemory memory) {
    LONG.set(bytes, base, value);
    memory.touch(base);
  }

  public static void storeLong(
      int base, long value, int offset, byte[] bytes, LinearMemory memory) {
    final int index = sum(base, offset);
    LONG.set(bytes, index, value);
    memory.touch(index);
  }

  private static int sum(int base, int offset) {
    return Objects.checkIndex(base, Integer.MAX_VALUE) + offset;
  }
}
