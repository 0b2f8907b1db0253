package io.tidemill.executor.wasm;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over untrusted bytes. Every read is checked against {@link #limit}; nothing is allocated
 * from a number that was read before it was compared with the bytes that remain. Confined to one
 * thread.
 */
final class BinaryReader {
  final byte[] bytes;
  int position;
  int limit;

  BinaryReader(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  int remaining() {
    return limit - position;
  }

  /** The next byte, 0 to 255. */
  int u8() {
    if (position >= limit) {
      throw new InvalidModuleException(
          ModuleRule.UNEXPECTED_END, position, "the module or section ends here");
    }
    return bytes[position++] & 0xFF;
  }

  /** A LEB128 number of at most 32 bits, as unsigned int. */
  int u32() {
    final int start = position;
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      final int b = u8();
      if (shift == 28) {
        checkLast(b, start);
        if ((b & 0x70) != 0) {
          throw tooLarge(start, 32);
        }
      }
      value |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
  }

  /** A signed LEB128 number of 32 bits. */
  int s32() {
    final int start = position;
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      final int b = u8();
      if (shift == 28) {
        checkLast(b, start);
        final int sign = b & 0x78;
        if (sign != 0 && sign != 0x78) {
          throw tooLarge(start, 32);
        }
      }
      value |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return shift >= 28 || (b & 0x40) == 0 ? value : value | (-1 << (shift + 7));
      }
    }
  }

  /** A signed LEB128 number of 33 bits: the type of a block. */
  long s33() {
    final int start = position;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      final int b = u8();
      if (shift == 28) {
        checkLast(b, start);
        final int sign = b & 0x70;
        if (sign != 0 && sign != 0x70) {
          throw tooLarge(start, 33);
        }
      }
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return (b & 0x40) == 0 ? value : value | (-1L << (shift + 7));
      }
    }
  }

  /** A signed LEB128 number of 64 bits. */
  long s64() {
    final int start = position;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      final int b = u8();
      if (shift == 63) {
        checkLast(b, start);
        if (b != 0 && b != 0x7F) {
          throw tooLarge(start, 64);
        }
      }
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return shift >= 63 || (b & 0x40) == 0 ? value : value | (-1L << (shift + 7));
      }
    }
  }

  /** Four bytes, little-endian. */
  int fixed32() {
    return u8() | u8() << 8 | u8() << 16 | u8() << 24;
  }

  /** Eight bytes, little-endian. */
  long fixed64() {
    return (fixed32() & 0xFFFF_FFFFL) | (long) fixed32() << 32;
  }

  /**
   * The number of entries that follow: at most {@code most}, and no more than there are bytes left.
   */
  int count(int most, ModuleRule rule, String what) {
    final int start = position;
    final long count = u32() & 0xFFFF_FFFFL;
    if (count > most) {
      throw new InvalidModuleException(
          rule, start, count + " " + what + ", at most " + most + " are accepted");
    }
    if (count > remaining()) {
      throw new InvalidModuleException(
          ModuleRule.COUNT_TOO_LARGE,
          start,
          count + " " + what + " do not fit into the " + remaining() + " bytes that follow");
    }
    return (int) count;
  }

  /** A length in bytes that fits into what remains. */
  int length(String what) {
    final int start = position;
    final long length = u32() & 0xFFFF_FFFFL;
    if (length > remaining()) {
      throw new InvalidModuleException(
          ModuleRule.UNEXPECTED_END,
          start,
          what + " of " + length + " bytes, but " + remaining() + " follow");
    }
    return (int) length;
  }

  /** A name: strict UTF-8 of at most {@code most} bytes. */
  String name(int most) {
    final int start = position;
    final int length = length("name");
    if (length > most) {
      throw new InvalidModuleException(
          ModuleRule.LIMIT_NAME_BYTES,
          start,
          "a name of " + length + " bytes, at most " + most + " are accepted");
    }
    final ByteBuffer utf8 = ByteBuffer.wrap(bytes, position, length);
    position += length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(utf8)
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidModuleException(ModuleRule.UTF8, start, "a name that is not UTF-8");
    }
  }

  private static void checkLast(int b, int start) {
    if (b >= 0x80) {
      throw new InvalidModuleException(
          ModuleRule.LEB_TOO_LONG, start, "a LEB128 number with too many bytes");
    }
  }

  private static InvalidModuleException tooLarge(int start, int bits) {
    return new InvalidModuleException(
        ModuleRule.LEB_TOO_LARGE, start, "a LEB128 number that needs more than " + bits + " bits");
  }
}
