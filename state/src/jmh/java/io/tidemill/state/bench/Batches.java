package io.tidemill.state.bench;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Seeded keys and values, the same for everything that is measured. */
final class Batches {
  /** Keys that are filled in at once. */
  static final int LOAD = 100_000;

  private Batches() {}

  /** Key {@code i}: 64 slots share a contract's prefix. */
  static StateKey key(int i) {
    return new StateKey(new Hash32(i >>> 6, 7, 0, i));
  }

  static byte[] value(long seed) {
    final byte[] value = new byte[32];
    new Random(seed).nextBytes(value);
    return value;
  }

  static StateDelta load(int from, int to) {
    final List<StateDelta.Entry> entries = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      entries.add(new StateDelta.Entry(key(i), value(i)));
    }
    return StateDelta.ofSorted(entries);
  }

  static StateDelta updates(Random random, int size, int count) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    while (changes.size() < Math.min(size, count)) {
      changes.put(key(random.nextInt(size)), value(random.nextLong()));
    }
    return StateDelta.of(changes);
  }

  static double median(double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
