package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.gen.Sink;

/** Small modules written by hand. */
final class HandMade {
  private HandMade() {}

  /** A type section with the one type () -> (). */
  static Sink entryType() {
    return Sink.module().section(1, new Sink().raw(1, 0x60, 0, 0));
  }

  /** A module with a memory, a table, and one function () -> () with these instructions. */
  static byte[] code(Sink instructions) {
    return code(instructions, new Sink().u32(0));
  }

  /** The same with these local declarations. */
  static byte[] code(Sink instructions, Sink locals) {
    final Sink body = locals.bytes(instructions.toBytes()).op(Opcodes.END);
    return entryType()
        .section(3, new Sink().raw(1, 0))
        .section(4, new Sink().raw(1, 0x70, 0, 4))
        .section(5, new Sink().raw(1, 0, 1))
        .section(7, new Sink().u32(1).name("run").raw(0, 0))
        .section(10, new Sink().u32(1).sized(body))
        .toBytes();
  }

  /** The same without memory and table. */
  static byte[] bareCode(int... instructions) {
    final Sink body = new Sink().u32(0).raw(instructions).op(Opcodes.END);
    return entryType()
        .section(3, new Sink().raw(1, 0))
        .section(10, new Sink().u32(1).sized(body))
        .toBytes();
  }

  /** {@code count} times these bytes. */
  static Sink repeat(int count, int... bytes) {
    final Sink sink = new Sink();
    for (int i = 0; i < count; i++) {
      sink.raw(bytes);
    }
    return sink;
  }
}
