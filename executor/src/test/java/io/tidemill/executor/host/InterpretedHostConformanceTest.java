package io.tidemill.executor.host;

import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import java.util.HashMap;
import java.util.Map;

/** Every host function called by wasm on the reference interpreter. */
class InterpretedHostConformanceTest extends EngineConformance {
  private static final Map<String, Probe> PROBES = new HashMap<>();

  InterpretedHostConformanceTest() {
    super(new ChicoryEngine(), PROBES);
  }
}
