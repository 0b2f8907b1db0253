package io.tidemill.server.query;

import io.tidemill.state.hash.Hash32;

/** Which state a read is based on. */
public sealed interface Base {
  /** The newest committed wave. */
  Base LATEST = new Latest();

  /** The newest committed wave. */
  record Latest() implements Base {}

  /** The wave that is executed and not committed; the newest committed one when there is none. */
  record Pending() implements Base {}

  /** The genesis. */
  record Earliest() implements Base {}

  /** A retained wave. */
  record AtWave(long wave) implements Base {}

  /** A retained wave or kept state by its Blake3 root. */
  record AtRoot(Hash32 root) implements Base {}

  /** The state inside an open session. */
  record InSession(String id) implements Base {}
}
