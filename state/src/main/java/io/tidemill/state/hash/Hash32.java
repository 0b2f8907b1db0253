package io.tidemill.state.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An immutable 32-byte value: a digest, an address or a key.
 *
 * <p>The bytes are held as four big-endian longs, so that comparing the longs as unsigned numbers
 * from {@code w0} to {@code w3} is the lexicographic order of the bytes.
 */
public record Hash32(long w0, long w1, long w2, long w3) implements Comparable<Hash32> {
  /** The length in bytes. */
  public static final int LENGTH = 32;

  /** Thirty-two zero bytes. */
  public static final Hash32 ZERO = new Hash32(0, 0, 0, 0);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /**
   * The value whose bytes are {@code bytes}.
   *
   * @throws IllegalArgumentException if there are not exactly 32 of them
   */
  public static Hash32 of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("expected 32 bytes, got " + bytes.length);
    }
    return at(bytes, 0);
  }

  /** The value whose bytes start at {@code offset}. */
  public static Hash32 at(byte[] bytes, int offset) {
    return new Hash32(
        (long) LONGS.get(bytes, offset),
        (long) LONGS.get(bytes, offset + 8),
        (long) LONGS.get(bytes, offset + 16),
        (long) LONGS.get(bytes, offset + 24));
  }

  /**
   * The value written as 64 hexadecimal digits, with or without a leading {@code 0x}.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Hash32 fromHex(String hex) {
    return of(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
  }

  /** A fresh array with the 32 bytes. */
  public byte[] toBytes() {
    final byte[] bytes = new byte[LENGTH];
    writeTo(bytes, 0);
    return bytes;
  }

  /** Writes the 32 bytes at {@code offset}. */
  public void writeTo(byte[] target, int offset) {
    LONGS.set(target, offset, w0);
    LONGS.set(target, offset + 8, w1);
    LONGS.set(target, offset + 16, w2);
    LONGS.set(target, offset + 24, w3);
  }

  /** Whether all 32 bytes are zero. */
  public boolean isZero() {
    return (w0 | w1 | w2 | w3) == 0;
  }

  /** Whether the first 16 bytes of both values are the same. */
  public boolean sharesPrefix16(Hash32 other) {
    return w0 == other.w0 && w1 == other.w1;
  }

  /** Bit {@code index} counted from the most significant bit of the first byte, 0 or 1. */
  public int bit(int index) {
    final long word =
        switch (index >>> 6) {
          case 0 -> w0;
          case 1 -> w1;
          case 2 -> w2;
          case 3 -> w3;
          default -> throw new IndexOutOfBoundsException(index);
        };
    return (int) (word >>> (63 - (index & 63))) & 1;
  }

  /** The 64 lower-case hexadecimal digits, without a prefix. */
  public String toHex() {
    return HexFormat.of().formatHex(toBytes());
  }

  @Override
  public int compareTo(Hash32 other) {
    int order = Long.compareUnsigned(w0, other.w0);
    if (order == 0) {
      order = Long.compareUnsigned(w1, other.w1);
    }
    if (order == 0) {
      order = Long.compareUnsigned(w2, other.w2);
    }
    return order != 0 ? order : Long.compareUnsigned(w3, other.w3);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    // Written out: what a record generates is several calls deep, and maps of keys live on this.
    return other instanceof Hash32 that
        && w0 == that.w0
        && w1 == that.w1
        && w2 == that.w2
        && w3 == that.w3;
  }

  @Override
  public int hashCode() {
    // The values are digests or attacker-chosen keys; mix so that equal prefixes do not collide.
    long mixed = w0 * 0x9E3779B97F4A7C15L + w1;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L + w2;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L + w3;
    return (int) (mixed ^ (mixed >>> 32));
  }

  @Override
  public String toString() {
    return toHex();
  }
}
