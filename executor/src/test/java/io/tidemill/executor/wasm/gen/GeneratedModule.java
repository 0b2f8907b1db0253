package io.tidemill.executor.wasm.gen;

import java.util.List;

/**
 * A valid module and what to call.
 *
 * @param seed what it was made from
 * @param wasm its bytes
 * @param invocations calls, each meant for a fresh instance
 * @param globals names of its exported globals
 */
public record GeneratedModule(
    long seed, byte[] wasm, List<Invocation> invocations, List<String> globals) {

  /**
   * One call.
   *
   * @param export the function
   * @param arguments raw bits
   * @param fuel what it may spend
   */
  public record Invocation(String export, long[] arguments, long fuel) {}
}
