package io.tidemill.state.merkle;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.util.Arrays;

/**
 * The hashes of up to {@link #MOST} leaves at once: of their keys, and of themselves. Confined to
 * one thread, and used again and again.
 */
final class LeafHasher {
  /** How many leaves fit. */
  static final int MOST = Blake3Lanes.WIDTH;

  private final Blake3Lanes lanes = new Blake3Lanes();
  private final byte[] scratch = new byte[Blake3Lanes.MAX_LENGTH];

  /** Sets {@code hashes} to the hashes of the first {@code count} of {@code keys}. */
  void keys(StateKey[] keys, Hash32[] hashes, int count) {
    lanes.clear();
    Arrays.fill(scratch, (byte) 0);
    for (int i = 0; i < count; i++) {
      keys[i].raw().writeTo(scratch, 0);
      lanes.add(scratch);
    }
    lanes.run(Hash32.LENGTH);
    for (int i = 0; i < count; i++) {
      hashes[i] = lanes.digest(i);
    }
  }

  /** Sets {@code hashes} to those of the leaves with these keys and values. */
  void leaves(Hash32[] keyHashes, Hash32[] valueHashes, Hash32[] hashes, int count) {
    lanes.clear();
    for (int i = 0; i < count; i++) {
      TreeHash.addLeaf(lanes, scratch, keyHashes[i], valueHashes[i]);
    }
    TreeHash.runLeaves(lanes);
    for (int i = 0; i < count; i++) {
      hashes[i] = lanes.digest(i);
    }
  }
}
