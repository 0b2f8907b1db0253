package io.tidemill.client.codec;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Borsh: little-endian integers, u32 lengths before byte strings and lists, a tag byte
 * before an optional value. The arguments of a contract function are its values written one after
 * the other, so that this is the calldata writer too.
 */
public final class BorshWriter {
  private static final BigInteger U128_LIMIT = BigInteger.ONE.shiftLeft(128);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** An empty writer. */
  public BorshWriter() {}

  /** One byte, 0 to 255. */
  public BorshWriter u8(int value) {
    return integer(value, 1, value >= 0 && value <= 0xFF);
  }

  /** Two bytes, 0 to 65,535. */
  public BorshWriter u16(int value) {
    return integer(value, 2, value >= 0 && value <= 0xFFFF);
  }

  /** Four bytes, 0 to 2^32 - 1. */
  public BorshWriter u32(long value) {
    return integer(value, 4, value >= 0 && value <= 0xFFFFFFFFL);
  }

  /** Eight bytes; {@code value} is read as unsigned. */
  public BorshWriter u64(long value) {
    return integer(value, 8, true);
  }

  /** Eight bytes, two's complement. */
  public BorshWriter i64(long value) {
    return integer(value, 8, true);
  }

  /**
   * Sixteen bytes.
   *
   * @throws IllegalArgumentException unless 0 &lt;= value &lt; 2^128
   */
  public BorshWriter u128(BigInteger value) {
    if (value.signum() < 0 || value.compareTo(U128_LIMIT) >= 0) {
      throw new IllegalArgumentException("does not fit u128: " + value);
    }
    u64(value.longValue());
    return u64(value.shiftRight(64).longValue());
  }

  /** Sixteen bytes from a value that is not negative. */
  public BorshWriter u128(long value) {
    return u128(BigInteger.valueOf(value));
  }

  /** One byte, 0 or 1. */
  public BorshWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** The bytes as they are: addresses, hashes, fixed arrays. */
  public BorshWriter fixed(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** A u32 length and the bytes. */
  public BorshWriter bytes(byte[] bytes) {
    u32(bytes.length);
    return fixed(bytes);
  }

  /** A u32 length and the UTF-8 bytes. */
  public BorshWriter string(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A u32 count and the elements, each written by {@code element}. */
  public <T> BorshWriter list(List<T> values, BiConsumer<BorshWriter, T> element) {
    u32(values.size());
    for (T value : values) {
      element.accept(this, value);
    }
    return this;
  }

  /** A tag byte, and the value when there is one. */
  public <T> BorshWriter option(@Nullable T value, BiConsumer<BorshWriter, T> present) {
    bool(value != null);
    if (value != null) {
      present.accept(this, value);
    }
    return this;
  }

  /** What was written so far. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  private BorshWriter integer(long value, int bytes, boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException("does not fit u" + 8 * bytes + ": " + value);
    }
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }
}
