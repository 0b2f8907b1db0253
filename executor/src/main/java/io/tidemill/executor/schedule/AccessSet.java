package io.tidemill.executor.schedule;

import io.tidemill.state.StateKey;
import java.util.List;

/**
 * The keys a transaction is expected to touch: declared in its access list or implied by its
 * envelope.
 *
 * @param reads expected to be read as a whole, and not written
 * @param writes expected to be written in a way that depends on what was there
 * @param payments accounts expected to be paid, or looked at in fields that payments leave alone:
 *     payments wait for nobody, and only who reads the whole account waits for them
 */
public record AccessSet(List<StateKey> reads, List<StateKey> writes, List<StateKey> payments) {
  /** A transaction of which nothing is known. */
  public static final AccessSet UNKNOWN = new AccessSet(List.of(), List.of());

  /** Of a transaction that pays nobody. */
  public AccessSet(List<StateKey> reads, List<StateKey> writes) {
    this(reads, writes, List.of());
  }
}
