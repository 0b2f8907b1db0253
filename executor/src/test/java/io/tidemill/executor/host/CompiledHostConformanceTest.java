package io.tidemill.executor.host;

import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import java.util.HashMap;
import java.util.Map;

/** Every host function called by wasm on the compiler. */
class CompiledHostConformanceTest extends EngineConformance {
  private static final Map<String, Probe> PROBES = new HashMap<>();

  CompiledHostConformanceTest() {
    super(new JvmEngine(new ChicoryEngine()), PROBES);
  }
}
