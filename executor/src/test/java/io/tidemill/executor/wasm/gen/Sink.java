package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.ValType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes of a module in the making; for hand-made modules in tests too. */
public final class Sink {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The magic number and version of a module. */
  public static Sink module() {
    return new Sink().raw(0, 'a', 's', 'm', 1, 0, 0, 0);
  }

  /** These bytes. */
  public Sink raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  /** These bytes. */
  public Sink bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** An opcode with its prefix byte if it has one. */
  public Sink op(int opcode) {
    return opcode < 256 ? raw(opcode) : raw(opcode >>> 8).u32(opcode & 0xFF);
  }

  /** An opcode with one index. */
  public Sink op(int opcode, int index) {
    return op(opcode).u32(index);
  }

  /** An unsigned LEB128. */
  public Sink u32(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return this;
  }

  /** A signed LEB128. */
  public Sink signed(long value) {
    long rest = value;
    while (rest < -64 || rest > 63) {
      out.write((int) (rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    out.write((int) rest & 0x7F);
    return this;
  }

  /** A constant instruction. */
  public Sink constant(ValType type, long bits) {
    switch (type) {
      case I32 -> raw(0x41).signed((int) bits);
      case I64 -> raw(0x42).signed(bits);
      case F32 -> raw(0x43).fixed(bits, 4);
      case F64 -> raw(0x44).fixed(bits, 8);
    }
    return this;
  }

  /** Little-endian bytes. */
  public Sink fixed(long value, int length) {
    for (int i = 0; i < length; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  /** A name. */
  public Sink name(String name) {
    final byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return u32(utf8.length).bytes(utf8);
  }

  /** A vector of value types. */
  public Sink types(List<ValType> types) {
    u32(types.size());
    types.forEach(type -> raw(type.code()));
    return this;
  }

  /** The length of {@code content} and its bytes. */
  public Sink sized(Sink content) {
    return u32(content.out.size()).bytes(content.toBytes());
  }

  /** A section. */
  public Sink section(int id, Sink content) {
    return raw(id).sized(content);
  }

  /** What was written. */
  public byte[] toBytes() {
    return out.toByteArray();
  }
}
