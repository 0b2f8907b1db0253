package io.tidemill.server.genesis;

/** The chain file is not one, or describes no sound chain; the message names the field. */
public final class ChainFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChainFileException(String message) {
    super(message);
  }

  public ChainFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
