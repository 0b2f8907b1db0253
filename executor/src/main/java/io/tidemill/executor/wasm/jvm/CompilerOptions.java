package io.tidemill.executor.wasm.jvm;

/**
 * What the emitted code contains. Nodes use {@link #STANDARD}; the rest is for measuring what it
 * costs.
 *
 * @param metered fuel and the logical stack
 * @param polled the guard, on back-edges and calls
 */
record CompilerOptions(boolean metered, boolean polled) {
  static final CompilerOptions STANDARD = new CompilerOptions(true, true);
  static final CompilerOptions UNMETERED = new CompilerOptions(false, false);
}
