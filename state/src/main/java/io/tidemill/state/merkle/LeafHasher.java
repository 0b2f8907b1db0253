package io.tidemill.state.merkle;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of up to {@link #MOST} leaves at once: of their keys, of their values, and of
 * themselves. Confined to one thread, and used again and again.
 */
final class LeafHasher {
  /** How many leaves fit. */
  static final int MOST = Blake3Lanes.WIDTH;

  /** Below this many values of one length, one at a time is faster. */
  private static final int LANES_FROM = 8;

  private final Blake3Lanes lanes = new Blake3Lanes();
  private final byte[][] alike = new byte[MOST][];
  private final int[] places = new int[MOST];
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

  /** Sets {@code hashes} to the hashes of the first {@code count} of {@code values}. */
  void values(byte[] @Nullable [] values, Hash32[] hashes, int count) {
    Arrays.fill(hashes, 0, count, null);
    for (int i = 0; i < count; i++) {
      final byte[] value = values[i];
      if (value == null) {
        // A deletion has no leaf: what is computed for it is not used.
        hashes[i] = Hash32.ZERO;
      } else if (hashes[i] == null) {
        ofOneLength(values, hashes, i, count);
      }
    }
  }

  /** Hashes the values from {@code from} on that are as long as that one. */
  private void ofOneLength(byte[] @Nullable [] values, Hash32[] hashes, int from, int count) {
    final int length = Objects.requireNonNull(values[from]).length;
    int found = 0;
    for (int i = from; i < count; i++) {
      final byte[] value = values[i];
      if (value != null && value.length == length) {
        alike[found] = value;
        places[found++] = i;
      }
    }
    if (found < LANES_FROM || length > Blake3Lanes.MAX_ARRAY) {
      for (int i = 0; i < found; i++) {
        hashes[places[i]] = Blake3.hash(alike[i]);
      }
      return;
    }
    lanes.run(alike, found, length);
    for (int i = 0; i < found; i++) {
      hashes[places[i]] = lanes.digest(i);
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
