package io.tidemill.executor.wasm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of module bytes. Always writes the shortest LEB128. Confined to one thread. */
final class ModuleWriter {
  private byte[] bytes = new byte[256];
  private int size;

  int size() {
    return size;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  void clear() {
    size = 0;
  }

  ModuleWriter u8(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** An opcode, with its prefix byte where it has one. */
  ModuleWriter op(int opcode) {
    return opcode < 256 ? u8(opcode) : u8(opcode >>> 8).u32(opcode & 0xFF);
  }

  /** An opcode with one index. */
  ModuleWriter op(int opcode, int index) {
    return op(opcode).u32(index);
  }

  /** An unsigned 32-bit LEB128. */
  ModuleWriter u32(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      u8((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    return u8(rest);
  }

  /** A signed LEB128 of up to 64 bits. */
  ModuleWriter signed(long value) {
    long rest = value;
    while (rest < -64 || rest > 63) {
      u8((int) (rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    return u8((int) rest & 0x7F);
  }

  ModuleWriter i32Const(int value) {
    return op(Opcodes.I32_CONST).signed(value);
  }

  ModuleWriter i64Const(long value) {
    return op(Opcodes.I64_CONST).signed(value);
  }

  /** Little-endian bytes of {@code value}. */
  ModuleWriter fixed(long value, int length) {
    for (int i = 0; i < length; i++) {
      u8((int) (value >>> (8 * i)));
    }
    return this;
  }

  ModuleWriter bytes(byte[] source, int start, int length) {
    room(length);
    System.arraycopy(source, start, bytes, size, length);
    size += length;
    return this;
  }

  ModuleWriter name(String name) {
    final byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return u32(utf8.length).bytes(utf8, 0, utf8.length);
  }

  /** The length of {@code content}, then its bytes. */
  ModuleWriter sized(ModuleWriter content) {
    return u32(content.size).bytes(content.bytes, 0, content.size);
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
