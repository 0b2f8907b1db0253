package io.tidemill.executor.bench;

import com.sun.management.ThreadMXBean;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.gen.Sink;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;

/** About 1 MiB each of bytes that are not a module of the profile, and what refusing them costs. */
final class HostileBytes {
  private static final int ROUNDS = 7;
  private static final int SIZE = 1 << 20;
  private static final int BODY = 128 << 10;

  private HostileBytes() {}

  /** The dearest of the corpus: processor time of the fastest round, and bytes allocated by it. */
  record Refusal(double millis, double mebibytes) {}

  static Refusal measure() {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double millis = 0;
    double mebibytes = 0;
    for (byte[] hostile : corpus()) {
      double best = Double.MAX_VALUE;
      double allocated = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        final long before = threads.getCurrentThreadAllocatedBytes();
        final long from = threads.getCurrentThreadCpuTime();
        refuse(hostile);
        best = Math.min(best, (threads.getCurrentThreadCpuTime() - from) / 1e6);
        allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
      }
      millis = Math.max(millis, best);
      mebibytes = Math.max(mebibytes, allocated / (1 << 20));
    }
    return new Refusal(millis, mebibytes);
  }

  private static void refuse(byte[] hostile) {
    try {
      ModuleValidator.validate(hostile, WasmProfile.CONTRACT);
    } catch (InvalidModuleException e) {
      return;
    }
    throw new IllegalStateException("hostile bytes were accepted");
  }

  private static List<byte[]> corpus() {
    final byte[] noise = new byte[SIZE];
    final SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) random.nextInt();
    }
    final byte[] unreadTail = new byte[SIZE];
    System.arraycopy(Sink.module().toBytes(), 0, unreadTail, 0, 8);
    return List.of(
        noise,
        unreadTail,
        Sink.module().raw(1).u32(SIZE).u32(Integer.MAX_VALUE).bytes(noise).toBytes(),
        Sink.module().raw(10).u32(SIZE).u32(4_096).bytes(noise).toBytes(),
        lateError(0x41, 1, 0x1A),
        lateError(0x02, 0x40, 0x0B),
        lateError(0x03, 0x40, 0x41, 1, 0x0D, 0, 0x0B),
        lateError(0x20, 0, 0x20, 0, 0x6A, 0x21, 0));
  }

  /** As many bodies as fit, full of these bytes, and an unknown opcode at the very end. */
  private static byte[] lateError(int... filling) {
    final int bodies = SIZE / BODY - 1;
    final Sink code = new Sink().u32(bodies);
    final Sink functions = new Sink().u32(bodies);
    for (int i = 0; i < bodies; i++) {
      final Sink body = new Sink().u32(0);
      for (int size = 0; size + filling.length < BODY - 16; size += filling.length) {
        body.raw(filling);
      }
      code.sized(body.raw(i + 1 == bodies ? 0xFF : 0x01, 0x0B));
      functions.u32(0);
    }
    return Sink.module()
        .section(1, new Sink().u32(1).raw(0x60, 1, 0x7F, 0))
        .section(3, functions)
        .section(10, code)
        .toBytes();
  }
}
