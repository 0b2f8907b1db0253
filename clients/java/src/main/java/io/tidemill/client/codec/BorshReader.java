package io.tidemill.client.codec;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads Borsh. Every method throws {@link IllegalArgumentException}, which says at which byte, when
 * the input is not what was asked for; {@link #end} does so when bytes are left.
 */
public final class BorshReader {
  private final byte[] input;
  private int at;

  /** A reader of all of {@code input}. */
  public BorshReader(byte[] input) {
    this.input = input;
  }

  /** One byte. */
  public int u8() {
    return (int) integer(1);
  }

  /** Two bytes. */
  public int u16() {
    return (int) integer(2);
  }

  /** Four bytes. */
  public long u32() {
    return integer(4);
  }

  /** Eight bytes; read it as unsigned. */
  public long u64() {
    return integer(8);
  }

  /** Sixteen bytes. */
  public BigInteger u128() {
    byte[] bytes = fixed(16);
    for (int i = 0; i < 8; i++) {
      byte low = bytes[i];
      bytes[i] = bytes[15 - i];
      bytes[15 - i] = low;
    }
    return new BigInteger(1, bytes);
  }

  /** One byte that is 0 or 1. */
  public boolean bool() {
    int value = u8();
    if (value > 1) {
      throw new IllegalArgumentException("byte " + (at - 1) + " is no bool: " + value);
    }
    return value == 1;
  }

  /** {@code length} bytes. */
  public byte[] fixed(int length) {
    if (length > input.length - at) {
      throw new IllegalArgumentException(
          "byte " + at + ": needs " + length + " bytes, has " + (input.length - at));
    }
    at += length;
    return Arrays.copyOfRange(input, at - length, at);
  }

  /** A u32 length and that many bytes. */
  public byte[] bytes() {
    long length = u32();
    if (length > input.length - at) {
      throw new IllegalArgumentException(
          "byte " + at + ": length " + length + ", has " + (input.length - at));
    }
    return fixed((int) length);
  }

  /** A u32 length and that many bytes of UTF-8. */
  public String string() {
    int start = at;
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes()));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("byte " + start + ": not UTF-8", e);
    }
  }

  /** A u32 count and the elements. An element must be at least one byte long. */
  public <T extends @Nullable Object> List<T> list(Function<BorshReader, T> element) {
    long count = u32();
    if (count > input.length - at) {
      throw new IllegalArgumentException(
          "byte " + at + ": " + count + " elements, has " + (input.length - at) + " bytes");
    }
    List<T> values = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      values.add(element.apply(this));
    }
    return values;
  }

  /** A tag byte, and the value when it is 1. */
  public <T> @Nullable T option(Function<BorshReader, T> present) {
    return bool() ? present.apply(this) : null;
  }

  /** Nothing may be left. */
  public void end() {
    if (at != input.length) {
      throw new IllegalArgumentException("byte " + at + ": " + (input.length - at) + " left over");
    }
  }

  private long integer(int bytes) {
    byte[] raw = fixed(bytes);
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | (raw[i] & 0xFF);
    }
    return value;
  }
}
