package io.tidemill.executor.schedule;

import io.tidemill.state.StateKey;
import java.util.List;

/**
 * The keys a transaction is expected to touch: declared in its access list or implied by its
 * envelope.
 *
 * @param reads expected to be read only
 * @param writes expected to be written
 */
public record AccessSet(List<StateKey> reads, List<StateKey> writes) {
  /** A transaction of which nothing is known. */
  public static final AccessSet UNKNOWN = new AccessSet(List.of(), List.of());
}
