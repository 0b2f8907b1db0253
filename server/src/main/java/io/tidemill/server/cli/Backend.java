package io.tidemill.server.cli;

import io.tidemill.executor.wasm.LinkingEngine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;

/** What {@code --backend} takes; results and fuel are the same on all of them. */
enum Backend {
  interpreter,
  compiled;

  /** A fresh engine. */
  LinkingEngine engine() {
    return this == interpreter ? new ChicoryEngine() : new JvmEngine(new ChicoryEngine());
  }
}
