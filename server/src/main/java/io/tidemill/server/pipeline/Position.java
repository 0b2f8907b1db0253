package io.tidemill.server.pipeline;

import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Where the node stands, as one consistent value.
 *
 * @param head the newest durable wave
 * @param pending the wave that is executed and not durable, or null
 * @param fault why the node answers nothing any more, or null
 */
public record Position(Head head, @Nullable Head pending, @Nullable String fault) {
  /** The wave the node expects next. */
  public long expectedWave() {
    return newest().wave() + 1;
  }

  /** The root that the next wave must name as its parent. */
  public Hash32 expectedParent() {
    return newest().root().blake3();
  }

  private Head newest() {
    return pending == null ? head : pending;
  }
}
