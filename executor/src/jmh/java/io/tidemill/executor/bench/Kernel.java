package io.tidemill.executor.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * The kernels of the engine benchmark. The sources and the recipe are in {@code src/jmh/c}; each
 * exports {@code run(n: i32) -> i32}, which returns a checksum.
 */
public enum Kernel {
  ALU(100_000_000, 100_000),
  SIEVE(1_000_000, 20_000),
  FIB(35, 20),
  KECCAK(100_000, 50),
  SHA256(100_000, 100),
  MATMUL(200, 1),
  PARSE(5_000, 10),
  HASHMAP(1_000_000, 2_000);

  private final int work;
  private final int coldWork;

  Kernel(int work, int coldWork) {
    this.work = work;
    this.coldWork = coldWork;
  }

  /** The argument of a hot run: tens of milliseconds once everything is compiled. */
  public int work() {
    return work;
  }

  /** The argument of a cold run: about a million units of fuel. */
  public int coldWork() {
    return coldWork;
  }

  /** The name of its files. */
  public String file() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The module's bytes. */
  public byte[] wasm() {
    try (InputStream in = Kernel.class.getResourceAsStream("/kernels/" + file() + ".wasm")) {
      if (in == null) {
        throw new IllegalStateException(
            "no module of kernel " + file() + ": run src/jmh/c/build.sh");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
