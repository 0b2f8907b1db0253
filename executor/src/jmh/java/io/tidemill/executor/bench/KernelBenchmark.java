package io.tidemill.executor.bench;

import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Every kernel under JMH, for a profiler or a closer look; {@link EngineBench} has the figures. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-XX:CompilerThreadStackSize=16384")
public class KernelBenchmark {
  /** The kernel. */
  @Param({"ALU", "SIEVE", "FIB", "KECCAK", "SHA256", "MATMUL", "PARSE", "HASHMAP"})
  public Kernel kernel;

  /** With fuel, stack meter and polls, or without. */
  @Param({"true", "false"})
  public boolean metered;

  private CompiledModule compiled;

  /** Compiles the kernel. */
  @Setup
  public void compile() {
    final JvmEngine engine =
        metered ? new JvmEngine(new ChicoryEngine()) : JvmEngine.unmetered(new ChicoryEngine());
    compiled = EngineProbe.compile(engine, kernel.wasm());
  }

  /** One run on a fresh instance. */
  @Benchmark
  public long run() {
    try (Instance instance = Objects.requireNonNull(compiled.instantiate(EngineProbe.launch()))) {
      instance.start();
      return instance.invoke("run", kernel.work())[0];
    }
  }
}
