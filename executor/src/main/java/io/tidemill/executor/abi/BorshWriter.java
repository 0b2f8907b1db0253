package io.tidemill.executor.abi;

import io.tidemill.state.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes Borsh: little-endian integers, u32 counts and lengths, one-byte tags. */
final class BorshWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  BorshWriter u8(int value) {
    out.write(value);
    return this;
  }

  BorshWriter u32(int value) {
    out.write(value);
    out.write(value >>> 8);
    out.write(value >>> 16);
    out.write(value >>> 24);
    return this;
  }

  /** Four bytes as they stand, the highest one first. */
  BorshWriter raw4(int value) {
    return u32(Integer.reverseBytes(value));
  }

  BorshWriter hash(Hash32 hash) {
    out.writeBytes(hash.toBytes());
    return this;
  }

  BorshWriter string(String text) {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    u32(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  /** An index or none, -1. */
  BorshWriter optionalIndex(int index) {
    return index < 0 ? u8(0) : u8(1).u32(index);
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
