package io.tidemill.executor.overlay;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction reads through when its own overlay has no answer: the wave so far, then the
 * snapshot. Implementations record what was read.
 */
public interface StateView {
  /** The value under {@code key}, or null when absent. The array must not be changed. */
  byte @Nullable [] get(StateKey key);

  /**
   * The account record under {@code key} for a reader that notes in {@code reading}, until its
   * transaction ends, what it makes of the record.
   */
  default byte @Nullable [] account(StateKey key, AccountReading reading) {
    return get(key);
  }

  /** The wasm stored under {@code codeHash}, or null. */
  byte @Nullable [] code(Hash32 codeHash);
}
