package io.tidemill.executor.wasm.jvm;

/**
 * What the emitted code contains. Nodes use {@link #STANDARD}; the rest is for measuring what it
 * costs, and for tests.
 *
 * @param metered fuel and the logical stack
 * @param polled the guard, on back-edges and calls
 * @param outlineBytes about how much bytecode the methods have that large functions are cut into
 */
record CompilerOptions(boolean metered, boolean polled, int outlineBytes) {
  static final CompilerOptions STANDARD = new CompilerOptions(true, true, CodeBounds.OUTLINE_BYTES);
  static final CompilerOptions UNMETERED =
      new CompilerOptions(false, false, CodeBounds.OUTLINE_BYTES);
}
