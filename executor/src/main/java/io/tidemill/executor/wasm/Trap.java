package io.tidemill.executor.wasm;

/**
 * Unwinds the wasm frames of one instance. Preallocated, one per code, without stack trace:
 * throwing allocates nothing. This is the closed list of decisions O1: any other Throwable that
 * leaves an instance is a node fault.
 */
public final class Trap extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Trap[] BY_NUMBER = new Trap[TrapCode.values().length + 1];

  static {
    for (TrapCode code : TrapCode.values()) {
      BY_NUMBER[code.number()] = new Trap(code);
    }
  }

  private final TrapCode code;

  private Trap(TrapCode code) {
    super(code.name(), null, false, false);
    this.code = code;
  }

  /** The one instance for {@code code}. */
  public static Trap of(TrapCode code) {
    return BY_NUMBER[code.number()];
  }

  /** Why. */
  public TrapCode code() {
    return code;
  }
}
