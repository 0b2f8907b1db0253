package io.tidemill.executor;

/**
 * This node cannot know the answer: I/O error, exhausted memory, a broken invariant. Never a
 * receipt and never a root: the wave is abandoned and health turns red. Source: decisions O1.
 */
public final class NodeFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NodeFault(String message) {
    super(message);
  }

  public NodeFault(String message, Throwable cause) {
    super(message, cause);
  }
}
