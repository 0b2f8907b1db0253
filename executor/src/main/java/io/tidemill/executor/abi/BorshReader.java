package io.tidemill.executor.abi;

import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads Borsh: little-endian integers, u32 counts and lengths, one-byte tags. Every refusal is an
 * {@link AbiFormatException} with the offset of the first byte that was wrong.
 */
final class BorshReader {
  private final byte[] bytes;
  private final int start;
  private final int end;
  private int at;

  /** Reads {@code length} bytes from {@code start}; offsets in refusals count from there. */
  BorshReader(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.end = start + length;
    this.at = start;
  }

  int offset() {
    return at - start;
  }

  int remaining() {
    return end - at;
  }

  private void need(long count, String what) {
    if (count > remaining()) {
      throw new AbiFormatException(
          AbiError.Rule.TRUNCATED,
          offset(),
          what + " needs " + count + " bytes, " + remaining() + " are left");
    }
  }

  int u8(String what) {
    need(1, what);
    return bytes[at++] & 0xff;
  }

  int u32(String what) {
    need(4, what);
    final int value =
        (bytes[at] & 0xff)
            | ((bytes[at + 1] & 0xff) << 8)
            | ((bytes[at + 2] & 0xff) << 16)
            | ((bytes[at + 3] & 0xff) << 24);
    at += 4;
    return value;
  }

  /** Four bytes as they stand, the first one highest. */
  int raw4(String what) {
    return Integer.reverseBytes(u32(what));
  }

  Hash32 hash(String what) {
    need(Hash32.LENGTH, what);
    final Hash32 hash = Hash32.at(bytes, at);
    at += Hash32.LENGTH;
    return hash;
  }

  /** A u32 count of things that take at least {@code least} bytes each. */
  int count(int least, String what) {
    final int before = offset();
    final long count = Integer.toUnsignedLong(u32("count of " + what));
    if (count * least > remaining()) {
      throw new AbiFormatException(
          AbiError.Rule.TRUNCATED,
          before,
          count + " " + what + " cannot fit in the " + remaining() + " bytes that are left");
    }
    return (int) count;
  }

  /** A tag that must be below {@code bound}. */
  int tag(int bound, String what) {
    final int before = offset();
    final int tag = u8(what);
    if (tag >= bound) {
      throw new AbiFormatException(
          AbiError.Rule.BAD_TAG,
          before,
          what + " has tag " + tag + ", the highest one known is " + (bound - 1));
    }
    return tag;
  }

  /** An optional u32 as an index: -1 for none. */
  int optionalIndex(String what) {
    if (tag(2, what) == 0) {
      return -1;
    }
    final int before = offset();
    final int value = u32(what);
    if (value < 0) {
      throw new AbiFormatException(
          AbiError.Rule.BAD_INDEX,
          before,
          what + " " + Integer.toUnsignedString(value) + " is beyond any function");
    }
    return value;
  }

  String string(String what) {
    final int before = offset();
    final int length = count(1, "bytes of " + what);
    final ByteBuffer text = ByteBuffer.wrap(bytes, at, length);
    at += length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(text)
          .toString();
    } catch (CharacterCodingException e) {
      throw new AbiFormatException(AbiError.Rule.BAD_TEXT, before, what + " is not UTF-8");
    }
  }

  void end() {
    if (remaining() != 0) {
      throw new AbiFormatException(
          AbiError.Rule.TRAILING_BYTES, offset(), remaining() + " bytes after the last field");
    }
  }
}
