package io.tidemill.executor.bench;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a call costs beside its instructions, in this JVM: prints {@code fresh_call_us host_call_ns
 * compile_ms_per_kib instance_bytes module_bytes}.
 */
public final class EngineCosts {
  private static final int ROUNDS = 9;

  private EngineCosts() {}

  /** The host function that is measured. */
  public static int next(Instance caller, int value) {
    return value + 1;
  }

  /** Entry point. */
  public static void main(String[] arguments) {
    final Engine engine = new JvmEngine(new ChicoryEngine());
    System.out.printf(
        java.util.Locale.ROOT,
        "%.3f %.2f %.4f %d %d%n",
        freshCall(engine),
        hostCall(engine),
        compilePerKib(engine),
        instanceBytes(engine),
        EngineProbe.compile(engine, Kernel.KECCAK.wasm()).sizeBytes());
  }

  /** Module with 17 pages and {@code run}, which stores to three of them; microseconds. */
  private static double freshCall(Engine engine) {
    final CompiledModule compiled = EngineProbe.compile(engine, touching());
    double best = Double.MAX_VALUE;
    final int calls = 20_000;
    for (int round = 0; round < ROUNDS; round++) {
      final long from = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        try (Instance instance =
            Objects.requireNonNull(compiled.instantiate(EngineProbe.launch()))) {
          instance.start();
          instance.invoke("run");
        }
      }
      best = Math.min(best, (System.nanoTime() - from) / 1e3 / calls);
    }
    return best;
  }

  private static byte[] touching() {
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(0);
    for (int page = 15; page <= 17; page++) {
      body.write(0x41);
      signed(body, page * 65_536 - 4_096);
      body.writeBytes(new byte[] {0x41, 1, 0x36, 2, 0});
    }
    body.write(0x0B);
    return module(new byte[] {1, 4, 1, 0x60, 0, 0}, new byte[0], 0, body.toByteArray());
  }

  /** A loop over a host function of an int, without what the loop costs alone; nanoseconds. */
  private static double hostCall(Engine engine) {
    final byte[] types = {1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F};
    final byte[] imports = {2, 7, 1, 1, 'e', 1, 'n', 0, 0};
    final double with = loop(engine, module(types, imports, 1, loopBody(true)), true);
    final double without = loop(engine, module(types, new byte[0], 0, loopBody(false)), false);
    return with - without;
  }

  private static byte[] loopBody(boolean calls) {
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {1, 1, 0x7F, 3, 0x40, 0x20, 1});
    body.writeBytes(calls ? new byte[] {0x10, 0} : new byte[] {0x41, 1, 0x6A});
    body.writeBytes(new byte[] {0x22, 1, 0x20, 0, 0x48, 0x0D, 0, 0x0B, 0x20, 1, 0x0B});
    return body.toByteArray();
  }

  private static double loop(Engine engine, byte[] wasm, boolean linked) {
    final Module module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    final FunctionType type = module.types().getFirst();
    final CompiledModule compiled =
        engine.compile(
            module,
            MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT),
            linked
                ? List.of(new HostBinding("e", "n", type, EngineCosts.class, "next"))
                : List.of());
    double best = Double.MAX_VALUE;
    final int calls = 5_000_000;
    for (int round = 0; round < ROUNDS; round++) {
      try (Instance instance = Objects.requireNonNull(compiled.instantiate(EngineProbe.launch()))) {
        instance.start();
        final long from = System.nanoTime();
        instance.invoke("run", calls);
        best = Math.min(best, (double) (System.nanoTime() - from) / calls);
      }
    }
    return best;
  }

  /** Validate, meter and compile all kernels, warm; milliseconds per KiB of wasm. */
  private static double compilePerKib(Engine engine) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 30; round++) {
      long bytes = 0;
      final long from = System.nanoTime();
      for (Kernel kernel : Kernel.values()) {
        final byte[] wasm = kernel.wasm();
        bytes += wasm.length;
        EngineProbe.compile(engine, wasm);
      }
      best = Math.min(best, (System.nanoTime() - from) / 1e6 / (bytes / 1024.0));
    }
    return best;
  }

  /** Heap of a live instance with one page of memory. */
  private static long instanceBytes(Engine engine) {
    final CompiledModule compiled = EngineProbe.compile(engine, Kernel.FIB.wasm());
    final int count = 500;
    final List<Instance> live = new ArrayList<>();
    final long before = used();
    for (int i = 0; i < count; i++) {
      live.add(Objects.requireNonNull(compiled.instantiate(EngineProbe.launch())));
    }
    final long after = used();
    for (Instance instance : live) {
      instance.close();
    }
    return (after - before) / count;
  }

  private static long used() {
    System.gc();
    final Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static byte[] module(byte[] types, byte[] imports, int imported, byte[] body) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    out.writeBytes(types);
    out.writeBytes(imports);
    out.writeBytes(new byte[] {3, 2, 1, 0, 5, 3, 1, 0, 17});
    out.writeBytes(new byte[] {7, 7, 1, 3, 'r', 'u', 'n', 0, (byte) imported});
    out.writeBytes(new byte[] {10, (byte) (body.length + 2), 1, (byte) body.length});
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static void signed(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >= 64) {
      out.write(rest & 0x7F | 0x80);
      rest >>= 7;
    }
    out.write(rest);
  }
}
