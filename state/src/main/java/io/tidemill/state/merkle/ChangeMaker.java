package io.tidemill.state.merkle;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import org.jspecify.annotations.Nullable;

/** Turns entries of a delta into changes of the tree, many at once. Confined to one thread. */
final class ChangeMaker {
  /** Below this many, one at a time is faster. */
  private static final int LANES_FROM = 8;

  private final StateDelta delta;
  private final MerkleTree.Change[] changes;
  private final boolean keepValues;
  private @Nullable LeafHasher hasher;
  private final StateKey[] keys = new StateKey[LeafHasher.MOST];
  private final byte[] @Nullable [] values = new byte[LeafHasher.MOST][];
  private final Hash32[] keyHashes = new Hash32[LeafHasher.MOST];
  private final Hash32[] valueHashes = new Hash32[LeafHasher.MOST];
  private final Hash32[] hashes = new Hash32[LeafHasher.MOST];

  /** Sets {@code changes}; {@code keepValues} lets leaves refer to their values. */
  ChangeMaker(StateDelta delta, MerkleTree.Change[] changes, boolean keepValues) {
    this.delta = delta;
    this.changes = changes;
    this.keepValues = keepValues;
  }

  /** Makes changes {@code from} to {@code to}. */
  void make(int from, int to) {
    for (int start = from; start < to; start += LeafHasher.MOST) {
      some(start, Math.min(LeafHasher.MOST, to - start));
    }
  }

  private void some(int start, int count) {
    for (int i = 0; i < count; i++) {
      final StateDelta.Entry entry = delta.get(start + i);
      keys[i] = entry.key();
      values[i] = entry.value();
    }
    hash(count);
    for (int i = 0; i < count; i++) {
      final byte[] value = values[i];
      final Leaf leaf =
          value == null
              ? null
              : new Leaf(keys[i].raw(), valueHashes[i], hashes[i], keepValues ? value : null);
      changes[start + i] = new MerkleTree.Change(keys[i], keyHashes[i], leaf);
    }
  }

  private void hash(int count) {
    if (count < LANES_FROM) {
      for (int i = 0; i < count; i++) {
        final byte[] value = values[i];
        // A deletion has no leaf: what is computed for it is not used.
        valueHashes[i] = value == null ? Hash32.ZERO : Blake3.hash(value);
        keyHashes[i] = keys[i].keyHash();
        hashes[i] = TreeHash.leaf(keyHashes[i], valueHashes[i]);
      }
      return;
    }
    if (hasher == null) {
      hasher = new LeafHasher();
    }
    hasher.values(values, valueHashes, count);
    hasher.keys(keys, keyHashes, count);
    hasher.leaves(keyHashes, valueHashes, hashes, count);
  }
}
