package io.tidemill.executor.abi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The {@code pyde.abi} section inside a wasm file: finding, replacing, removing. Sections are
 * walked, never re-encoded; their bytes stay as the compiler wrote them. Source: manifest-and-tests
 * 1.9.
 *
 * <pre>
 * custom section = 00 | LEB128 size | LEB128 name length | name | payload
 * </pre>
 */
public final class AbiSection {
  /** A section of the toolchain that is taken out before a module is deployed. */
  public static final String SIGNATURES = "pyde.sig.v1";

  private static final int HEADER = 8;

  private AbiSection() {}

  /** A custom section: its payload and the range of the whole section in the file. */
  public record Custom(String name, byte[] payload, int from, int to) {}

  /** A file that is not a sequence of sections. */
  public static final class MalformedModuleException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedModuleException(int offset, String detail) {
      super(detail + " at byte " + offset);
    }
  }

  /** The custom sections called {@code name}, in order of the file. */
  public static List<Custom> find(byte[] wasm, String name) throws MalformedModuleException {
    final List<Custom> found = new ArrayList<>();
    for (Custom custom : customs(wasm)) {
      if (custom.name().equals(name)) {
        found.add(custom);
      }
    }
    return found;
  }

  /** All custom sections in order of the file. */
  public static List<Custom> customs(byte[] wasm) throws MalformedModuleException {
    final byte[] magic = {0, 'a', 's', 'm', 1, 0, 0, 0};
    if (wasm.length < HEADER || !Arrays.equals(wasm, 0, HEADER, magic, 0, HEADER)) {
      throw new MalformedModuleException(0, "not a wasm module of version 1");
    }
    final List<Custom> customs = new ArrayList<>();
    int at = HEADER;
    while (at < wasm.length) {
      final int from = at;
      final int id = wasm[at++];
      final long size = leb(wasm, at);
      at += (int) (size >>> 32);
      final int length = (int) size;
      if (length < 0 || length > wasm.length - at) {
        throw new MalformedModuleException(from, "section " + id + " is longer than the file");
      }
      if (id == 0) {
        final long nameSize = leb(wasm, at);
        final int nameAt = at + (int) (nameSize >>> 32);
        final int nameLength = (int) nameSize;
        if (nameLength < 0 || nameLength > at + length - nameAt) {
          throw new MalformedModuleException(at, "the name of a custom section is too long");
        }
        customs.add(
            new Custom(
                new String(wasm, nameAt, nameLength, StandardCharsets.UTF_8),
                Arrays.copyOfRange(wasm, nameAt + nameLength, at + length),
                from,
                at + length));
      }
      at += length;
    }
    return customs;
  }

  /** {@code wasm} without its ABI and signature sections and with {@code payload} appended last. */
  public static byte[] replace(byte[] wasm, byte[] payload) throws MalformedModuleException {
    final ByteArrayOutputStream out = new ByteArrayOutputStream(wasm.length + payload.length + 32);
    int copied = 0;
    for (Custom custom : customs(wasm)) {
      if (custom.name().equals(ContractAbi.SECTION) || custom.name().equals(SIGNATURES)) {
        out.write(wasm, copied, custom.from() - copied);
        copied = custom.to();
      }
    }
    out.write(wasm, copied, wasm.length - copied);
    final byte[] name = ContractAbi.SECTION.getBytes(StandardCharsets.UTF_8);
    out.write(0);
    writeLeb(out, 1 + name.length + payload.length);
    out.write(name.length);
    out.writeBytes(name);
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /** A u32: the number of bytes in the high half, the value in the low half. */
  private static long leb(byte[] bytes, int at) throws MalformedModuleException {
    long value = 0;
    for (int i = 0; i < 5; i++) {
      if (at + i >= bytes.length) {
        throw new MalformedModuleException(at, "the file ends inside a number");
      }
      final byte b = bytes[at + i];
      value |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        if (value > 0xffffffffL) {
          break;
        }
        return ((long) (i + 1) << 32) | value;
      }
    }
    throw new MalformedModuleException(at, "a number does not fit 32 bits");
  }

  private static void writeLeb(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >>> 7 != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
