package io.tidemill.state;

/**
 * The store could not do what it was asked: I/O error, corruption, a closed or poisoned store.
 * Always a node fault: whoever sees it gives no answer (decisions O1).
 */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateException(String message) {
    super(message);
  }

  public StateException(String message, Throwable cause) {
    super(message, cause);
  }
}
