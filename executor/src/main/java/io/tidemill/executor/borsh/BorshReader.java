package io.tidemill.executor.borsh;

import io.tidemill.state.hash.Hash32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads Borsh strictly: integers are little-endian, a sequence is a u32 count and its items, an
 * option is a tag of 0 or 1. Every method names the field it reads, for the error.
 *
 * @see BorshException
 */
public final class BorshReader {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int at;

  /** A reader of all of {@code bytes}, which must not change while it is read. */
  public BorshReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  /** A reader of {@code length} bytes from {@code offset}. */
  public BorshReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = Math.addExact(offset, length);
    if (offset < 0 || length < 0 || end > bytes.length) {
      throw new IndexOutOfBoundsException(offset + " + " + length + " of " + bytes.length);
    }
  }

  /** The offset of the next byte. */
  public int position() {
    return at;
  }

  /** How many bytes are left. */
  public int remaining() {
    return end - at;
  }

  public int u8(String field) {
    return bytes[take(field, 1)] & 0xFF;
  }

  public int u16(String field) {
    return (short) SHORTS.get(bytes, take(field, 2)) & 0xFFFF;
  }

  /** An unsigned 32-bit number in an int. */
  public int u32(String field) {
    return (int) INTS.get(bytes, take(field, 4));
  }

  /** An unsigned 64-bit number in a long. */
  public long u64(String field) {
    return (long) LONGS.get(bytes, take(field, 8));
  }

  public Hash32 hash32(String field) {
    return Hash32.at(bytes, take(field, Hash32.LENGTH));
  }

  /** Exactly {@code length} bytes, copied. */
  public byte[] fixed(String field, int length) {
    final int from = take(field, length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  /** A u32 length and that many bytes, copied. */
  public byte[] bytes(String field) {
    return fixed(field, count(field, 1));
  }

  /** A u32 length and that many bytes of strict UTF-8. */
  public String string(String field) {
    return text(field, count(field, 1));
  }

  /** Exactly {@code length} bytes of strict UTF-8. */
  public String text(String field, int length) {
    final int from = take(field, length);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BorshException(field, from, "not UTF-8");
    }
  }

  /** A strict boolean. */
  public boolean bool(String field) {
    return tag(field, 2) == 1;
  }

  /** The tag of an option: whether a value follows. */
  public boolean option(String field) {
    return tag(field, 2) == 1;
  }

  /** A one-byte tag below {@code limit}. */
  public int tag(String field, int limit) {
    final int tag = u8(field);
    if (tag >= limit) {
      throw new BorshException(field, at - 1, "tag " + tag + " is not below " + limit);
    }
    return tag;
  }

  /**
   * The u32 count of a sequence whose items take at least {@code minItemBytes} each. Refused when
   * the remaining bytes cannot hold so many, so that a caller may allocate for the result.
   */
  public int count(String field, int minItemBytes) {
    final long declared = u32(field) & 0xFFFFFFFFL;
    if (declared * minItemBytes > remaining()) {
      throw new BorshException(
          field,
          at - 4,
          "declares "
              + declared
              + " items of at least "
              + minItemBytes
              + " bytes, but only "
              + remaining()
              + " bytes remain");
    }
    return (int) declared;
  }

  /** Ends the reading: trailing bytes are an error. */
  public void end(String what) {
    if (at != end) {
      throw new BorshException(what, at, (end - at) + " trailing bytes");
    }
  }

  private int take(String field, int length) {
    final int from = at;
    if (length > end - from) {
      throw new BorshException(
          field, from, "needs " + length + " bytes, but only " + (end - from) + " remain");
    }
    at = from + length;
    return from;
  }
}
