package io.tidemill.executor.borsh;

import io.tidemill.state.hash.Hash32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes Borsh into a growing buffer. The counterpart of {@link BorshReader}. */
public final class BorshWriter {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int at;

  public BorshWriter() {
    this(128);
  }

  /** A writer with room for {@code expected} bytes before it grows. */
  public BorshWriter(int expected) {
    bytes = new byte[expected];
  }

  public BorshWriter u8(int value) {
    reserve(1);
    bytes[at++] = (byte) value;
    return this;
  }

  public BorshWriter u16(int value) {
    reserve(2);
    SHORTS.set(bytes, at, (short) value);
    at += 2;
    return this;
  }

  public BorshWriter u32(int value) {
    reserve(4);
    INTS.set(bytes, at, value);
    at += 4;
    return this;
  }

  public BorshWriter u64(long value) {
    reserve(8);
    LONGS.set(bytes, at, value);
    at += 8;
    return this;
  }

  public BorshWriter hash32(Hash32 value) {
    reserve(Hash32.LENGTH);
    value.writeTo(bytes, at);
    at += Hash32.LENGTH;
    return this;
  }

  /** The bytes as they are, without a length. */
  public BorshWriter fixed(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    at += value.length;
    return this;
  }

  /** A u32 length and the bytes. */
  public BorshWriter bytes(byte[] value) {
    return u32(value.length).fixed(value);
  }

  /** A u32 length and the UTF-8 bytes. */
  public BorshWriter string(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  public BorshWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** How many bytes have been written. */
  public int length() {
    return at;
  }

  /** Forgets what was written and keeps the buffer. */
  public BorshWriter reset() {
    at = 0;
    return this;
  }

  /** The buffer itself: valid up to {@link #length()} and until the next write. */
  public byte[] buffer() {
    return bytes;
  }

  /** A fresh array with what was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, at);
  }

  private void reserve(int more) {
    if (more > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(at, more), bytes.length * 2));
    }
  }
}
