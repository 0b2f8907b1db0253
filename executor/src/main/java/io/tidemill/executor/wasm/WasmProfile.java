package io.tidemill.executor.wasm;

/**
 * Which modules a chain accepts. The instruction set is the same for all (decisions W1); a profile
 * decides about floats, about what can be imported, and about sizes.
 *
 * @param limits sizes
 * @param floats what becomes of floating point
 * @param imports what kinds can be imported
 */
public record WasmProfile(WasmLimits limits, Floats floats, Imports imports) {
  /** The float policy. Source: decisions W2. */
  public enum Floats {
    /** Accepted; the result of every arithmetic operation has the canonical NaN. */
    CANONICALIZE,
    /** Any float type or instruction is refused. */
    DENY
  }

  /** What can be imported. Names are the business of whoever links. */
  public enum Imports {
    /** Nothing: any plain module. */
    NONE,
    /** Functions: a contract. */
    FUNCTIONS,
    /** Functions, tables, memories and globals: the spec scripts. */
    ALL
  }

  /** Contracts. */
  public static final WasmProfile CONTRACT =
      new WasmProfile(WasmLimits.V1, Floats.CANONICALIZE, Imports.FUNCTIONS);

  /** Any plain module that imports nothing. */
  public static final WasmProfile BARE =
      new WasmProfile(WasmLimits.V1, Floats.CANONICALIZE, Imports.NONE);

  /** The WebAssembly spec scripts. */
  public static final WasmProfile TESTSUITE =
      new WasmProfile(WasmLimits.TESTSUITE, Floats.CANONICALIZE, Imports.ALL);

  /** The same with another float policy. */
  public WasmProfile withFloats(Floats policy) {
    return new WasmProfile(limits, policy, imports);
  }
}
