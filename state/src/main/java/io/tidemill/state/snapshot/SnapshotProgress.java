package io.tidemill.state.snapshot;

/** What is told of a snapshot that is being written, on the thread that writes it. */
@FunctionalInterface
public interface SnapshotProgress {
  /** Nobody listens. */
  SnapshotProgress NONE = (written, keys) -> true;

  /**
   * So many of the keys are written.
   *
   * @return whether to go on
   */
  boolean keys(long written, long keys);
}
