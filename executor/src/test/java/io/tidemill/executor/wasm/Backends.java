package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Every backend that has to agree with all the others. Tests that hold for all take them here. */
public final class Backends {
  private Backends() {}

  /** A fresh engine of each backend, by name. */
  public static Stream<Named<Supplier<LinkingEngine>>> all() {
    return Stream.of(
        Named.of(ChicoryEngine.NAME, ChicoryEngine::new),
        Named.of(JvmEngine.NAME, () -> new JvmEngine(new ChicoryEngine())));
  }
}
