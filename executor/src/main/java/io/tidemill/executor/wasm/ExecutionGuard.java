package io.tidemill.executor.wasm;

/**
 * Stops an attempt that uses more CPU time than its fuel can explain. It never decides a receipt: a
 * stopped attempt ends in {@link AttemptStopped}, is retried on the reference interpreter, and is a
 * node fault after that. Generated code polls {@link #stopped} on back-edges and calls. Source:
 * decisions O2.
 */
public class ExecutionGuard {
  /** A guard that never stops anything. */
  public static final ExecutionGuard NONE = new ExecutionGuard();

  /** Set by whoever watches the clock, read by generated code. */
  public volatile boolean stopped;

  /** Thrown by a poll that finds the attempt stopped. Not a trap: no receipt can come of it. */
  public static final class AttemptStopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The one instance; shared because it carries no stack trace. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    public static final AttemptStopped INSTANCE = new AttemptStopped();

    private AttemptStopped() {
      super("the execution guard stopped the attempt", null, false, false);
    }
  }

  /** Throws when the attempt is stopped. */
  public final void poll() {
    if (stopped) {
      throw AttemptStopped.INSTANCE;
    }
  }
}
