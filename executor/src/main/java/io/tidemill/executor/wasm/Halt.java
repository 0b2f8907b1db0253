package io.tidemill.executor.wasm;

/**
 * Unwinds the wasm frames of one instance because a host function says so: the contract returned,
 * reverted, or may not go on. It is not a trap and no fault: every engine lets it pass through
 * {@link Instance#start} and {@link Instance#invoke} unchanged, with the instance's fields exact.
 * Subclasses are preallocated and carry no stack trace.
 */
public abstract class Halt extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected Halt(String reason) {
    super(reason, null, false, false);
  }
}
