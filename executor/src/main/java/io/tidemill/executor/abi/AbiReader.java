package io.tidemill.executor.abi;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.state.hash.Hash32;

/**
 * Reads the Borsh of a section and says which rule of the format is broken: every refusal is an
 * {@link AbiFormatException} with the offset of the first byte that was wrong.
 */
final class AbiReader {
  private final BorshReader in;
  private final int start;

  /** Reads {@code length} bytes from {@code start}; offsets in refusals count from there. */
  AbiReader(byte[] bytes, int start, int length) {
    this.in = new BorshReader(bytes, start, length);
    this.start = start;
  }

  int offset() {
    return in.position() - start;
  }

  int remaining() {
    return in.remaining();
  }

  private void need(int count, String what) {
    if (count > remaining()) {
      throw new AbiFormatException(
          AbiError.Rule.TRUNCATED,
          offset(),
          what + " needs " + count + " bytes, " + remaining() + " are left");
    }
  }

  int u8(String what) {
    need(1, what);
    return in.u8(what);
  }

  int u32(String what) {
    need(4, what);
    return in.u32(what);
  }

  /** Four bytes as they stand, the first one highest. */
  int raw4(String what) {
    return Integer.reverseBytes(u32(what));
  }

  Hash32 hash(String what) {
    need(Hash32.LENGTH, what);
    return in.hash32(what);
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
    try {
      return in.text(what, length);
    } catch (BorshException e) {
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
