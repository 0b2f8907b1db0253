package io.tidemill.executor.wasm;

/**
 * Unwinds the wasm frames of one instance because a host function says so. It is neither a trap nor
 * a fault: every engine lets it pass through {@link Instance#start} and {@link Instance#invoke}
 * unchanged, with the instance's fields exact. Preallocated, without stack trace.
 */
public final class Halt extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The contract returned. */
  public static final Halt RETURNED = new Halt("returned");

  /** The contract reverted. */
  public static final Halt REVERTED = new Halt("reverted");

  /** The transaction reached code that it may not run: every frame unwinds. */
  public static final Halt QUARANTINED = new Halt("reached quarantined code");

  private Halt(String reason) {
    super(reason, null, false, false);
  }
}
