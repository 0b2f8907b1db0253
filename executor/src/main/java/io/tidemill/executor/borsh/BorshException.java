package io.tidemill.executor.borsh;

/**
 * The bytes are not the Borsh encoding of what was expected. Carries no stack trace: it is an
 * answer about hostile input and whoever starts a decoding catches it.
 */
public final class BorshException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;

  public BorshException(String field, int offset, String problem) {
    super("field " + field + " at byte " + offset + ": " + problem, null, false, false);
    this.offset = offset;
  }

  /** The byte offset, from the start of the input, at which the field begins. */
  public int offset() {
    return offset;
  }
}
