package io.tidemill.state.merkle;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import org.jspecify.annotations.Nullable;

/**
 * One key of the state and the hash of its value; the value itself only where the tree is the
 * store. Immutable.
 *
 * <p>Millions of leaves are in memory at once, so the words of the hashes are in the leaf itself,
 * and the key hash, which few need, is computed again.
 */
public final class Leaf implements Child {
  private final long key0;
  private final long key1;
  private final long key2;
  private final long key3;
  private final long value0;
  private final long value1;
  private final long value2;
  private final long value3;

  // Of the leaf itself; the node above reads them where they are.
  final long hash0;
  final long hash1;
  final long hash2;
  final long hash3;

  private final byte @Nullable [] value;

  /** A leaf with its hashes, which {@link LeafHasher} computes for many at once. */
  Leaf(Hash32 key, Hash32 valueHash, Hash32 hash, byte @Nullable [] value) {
    this.key0 = key.w0();
    this.key1 = key.w1();
    this.key2 = key.w2();
    this.key3 = key.w3();
    this.value0 = valueHash.w0();
    this.value1 = valueHash.w1();
    this.value2 = valueHash.w2();
    this.value3 = valueHash.w3();
    this.hash0 = hash.w0();
    this.hash1 = hash.w1();
    this.hash2 = hash.w2();
    this.hash3 = hash.w3();
    this.value = value;
  }

  /** The leaf stored at {@code offset}: raw key 32, value hash 32. */
  static Leaf stored(byte[] bytes, int offset) {
    final Hash32 key = Hash32.at(bytes, offset);
    final Hash32 valueHash = Hash32.at(bytes, offset + Hash32.LENGTH);
    return new Leaf(key, valueHash, TreeHash.leaf(new StateKey(key).keyHash(), valueHash), null);
  }

  /** The raw key. */
  public StateKey key() {
    return new StateKey(new Hash32(key0, key1, key2, key3));
  }

  /** Whether this is the leaf of {@code key}. */
  boolean isOf(StateKey key) {
    final Hash32 raw = key.raw();
    return key0 == raw.w0() && key1 == raw.w1() && key2 == raw.w2() && key3 == raw.w3();
  }

  /** Where the key lives in the tree; computed anew. */
  public Hash32 keyHash() {
    return key().keyHash();
  }

  /** Blake3 of the value. */
  public Hash32 valueHash() {
    return new Hash32(value0, value1, value2, value3);
  }

  @Override
  public Hash32 hash() {
    return new Hash32(hash0, hash1, hash2, hash3);
  }

  /** The value, or null when the tree does not hold values. */
  public byte @Nullable [] value() {
    return value;
  }
}
