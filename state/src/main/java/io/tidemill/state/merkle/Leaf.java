package io.tidemill.state.merkle;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import org.jspecify.annotations.Nullable;

/**
 * One key of the state and the hash of its value; the value itself only where the tree is the
 * store. Immutable.
 */
public final class Leaf implements Child {
  private final StateKey key;
  private final Hash32 keyHash;
  private final Hash32 valueHash;
  private final Hash32 hash;
  private final byte @Nullable [] value;

  /** A leaf with its hashes, which {@link LeafHasher} computes for many at once. */
  Leaf(StateKey key, Hash32 keyHash, Hash32 valueHash, Hash32 hash, byte @Nullable [] value) {
    this.key = key;
    this.keyHash = keyHash;
    this.valueHash = valueHash;
    this.hash = hash;
    this.value = value;
  }

  /** The leaf stored at {@code offset}: raw key 32, value hash 32. */
  static Leaf stored(byte[] bytes, int offset) {
    final StateKey key = StateKey.at(bytes, offset);
    final Hash32 keyHash = key.keyHash();
    final Hash32 valueHash = Hash32.at(bytes, offset + Hash32.LENGTH);
    return new Leaf(key, keyHash, valueHash, TreeHash.leaf(keyHash, valueHash), null);
  }

  /** The raw key. */
  public StateKey key() {
    return key;
  }

  /** Where the key lives in the tree. */
  public Hash32 keyHash() {
    return keyHash;
  }

  /** Blake3 of the value. */
  public Hash32 valueHash() {
    return valueHash;
  }

  @Override
  public Hash32 hash() {
    return hash;
  }

  /** The value, or null when the tree does not hold values. */
  public byte @Nullable [] value() {
    return value;
  }
}
