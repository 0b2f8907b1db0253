package io.tidemill.executor;

/**
 * The caller's mistake: the wave is refused before anything runs and nothing changed (decisions
 * O1).
 */
public final class InvalidWaveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidWaveException(String message) {
    super(message);
  }
}
