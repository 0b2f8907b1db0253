package io.tidemill.state;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;

/**
 * A raw 32-byte key of the flat state, ordered by its bytes. The tree orders by {@link #keyHash()}.
 *
 * <p>Source: decisions S6; state-and-transactions 3.1.
 */
public record StateKey(Hash32 raw) implements Comparable<StateKey> {
  /** The key whose bytes start at {@code offset}. */
  public static StateKey at(byte[] bytes, int offset) {
    return new StateKey(Hash32.at(bytes, offset));
  }

  /** Where the key lives in the tree: Blake3 of its 32 bytes. */
  public Hash32 keyHash() {
    return Blake3.hash(raw.toBytes());
  }

  @Override
  public int compareTo(StateKey other) {
    return raw.compareTo(other.raw);
  }

  @Override
  public String toString() {
    return raw.toHex();
  }
}
