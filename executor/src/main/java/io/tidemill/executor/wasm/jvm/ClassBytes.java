package io.tidemill.executor.wasm.jvm;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A class file and the name of the class in it.
 *
 * <p>The artefact of a module, big-endian: count u32, then per class the length of its name u32,
 * the name in UTF-8, the length of the class file u32, the class file.
 */
record ClassBytes(String name, byte[] bytes) {
  /** All classes of a module in one array. */
  static byte[] encode(List<ClassBytes> classes) {
    int size = Integer.BYTES;
    for (ClassBytes entry : classes) {
      final int name = entry.name.getBytes(StandardCharsets.UTF_8).length;
      size = Math.addExact(size, 2 * Integer.BYTES + name + entry.bytes.length);
    }
    final ByteBuffer out = ByteBuffer.allocate(size).putInt(classes.size());
    for (ClassBytes entry : classes) {
      final byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
      out.putInt(name.length).put(name).putInt(entry.bytes.length).put(entry.bytes);
    }
    return out.array();
  }

  /** What {@link #encode} was given, or null for anything that it did not make. */
  static @Nullable List<ClassBytes> decode(byte[] artifact) {
    final ByteBuffer in = ByteBuffer.wrap(artifact);
    final List<ClassBytes> classes = new ArrayList<>();
    try {
      for (int left = in.getInt(); left > 0; left--) {
        classes.add(new ClassBytes(new String(part(in), StandardCharsets.UTF_8), part(in)));
      }
    } catch (BufferUnderflowException e) {
      return null;
    }
    return classes.isEmpty() || in.hasRemaining() ? null : List.copyOf(classes);
  }

  private static byte[] part(ByteBuffer in) {
    final int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    final byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
