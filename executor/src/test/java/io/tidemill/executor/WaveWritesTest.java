package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateDelta.Entry;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All workers sort what one thread sorts. */
class WaveWritesTest {
  /** Keys of many accounts, or of few contracts with many slots each. */
  private static List<Entry> entries(Random random, int count) {
    final long accounts = random.nextBoolean() ? Long.MAX_VALUE : 3;
    final List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final StateKey key = new StateKey(new Hash32(random.nextLong(accounts), 0, i, 0));
      entries.add(new Entry(key, i % 5 == 0 ? null : new byte[] {(byte) i}));
    }
    Collections.shuffle(entries, random);
    return entries;
  }

  @Test
  void shouldSortLikeOneThread() {
    for (int workers : new int[] {1, 2, 5}) {
      try (WorkerPool pool = new WorkerPool(workers, 0)) {
        for (int seed = 0; seed < 60; seed++) {
          final Random random = new Random(seed);
          final List<Entry> entries = entries(random, random.nextInt(6_000));
          final StateDelta expected = StateDelta.ofUnsorted(entries);

          assertThat(WaveWrites.sort(entries, pool))
              .as("seed %d, %d workers", seed, workers)
              .isEqualTo(expected);
          final int cut = random.nextInt(entries.size() + 1);
          final List<List<Entry>> uneven =
              List.of(entries.subList(0, cut), List.of(), entries.subList(cut, entries.size()));
          assertThat(WaveWrites.gather(uneven.size(), uneven::get, pool))
              .as("parts of seed %d, %d workers", seed, workers)
              .isEqualTo(expected);
        }
      }
    }
  }
}
