package io.tidemill.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.StateDelta.Entry;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Deltas made in several ways are those of a sorted map. */
class StateDeltaTest {
  private static StateKey key(long number) {
    return new StateKey(new Hash32(number >> 3, number, 0, 0));
  }

  private static TreeMap<StateKey, byte @Nullable []> some(Random random, int count) {
    final TreeMap<StateKey, byte @Nullable []> map = new TreeMap<>();
    for (int i = random.nextInt(count + 1); i > 0; i--) {
      map.put(key(random.nextInt(100)), random.nextInt(4) == 0 ? null : new byte[] {(byte) i});
    }
    return map;
  }

  @Test
  void shouldLayOneDeltaOverAnother() {
    for (int seed = 0; seed < 500; seed++) {
      final Random random = new Random(seed);
      final var below = some(random, 60);
      final var above = some(random, seed % 2 == 0 ? 4 : 60);
      final TreeMap<StateKey, byte @Nullable []> both = new TreeMap<>(below);
      both.putAll(above);

      assertThat(StateDelta.of(above).over(StateDelta.of(below)))
          .as("seed %d", seed)
          .isEqualTo(StateDelta.of(both));
    }
  }

  @Test
  void shouldSortAndConcatenate() {
    for (int seed = 0; seed < 500; seed++) {
      final Random random = new Random(seed);
      final StateDelta whole = StateDelta.of(some(random, 60));
      final List<Entry> shuffled = new ArrayList<>();
      whole.forEach(shuffled::add);
      final int cut = random.nextInt(whole.size() + 1);
      final List<Entry> low = List.copyOf(shuffled.subList(0, cut));
      final List<Entry> high = List.copyOf(shuffled.subList(cut, whole.size()));
      Collections.shuffle(shuffled, random);

      assertThat(StateDelta.ofUnsorted(shuffled)).as("seed %d", seed).isEqualTo(whole);
      assertThat(
              StateDelta.concat(
                  List.of(StateDelta.ofSorted(low), StateDelta.EMPTY, StateDelta.ofSorted(high))))
          .as("seed %d", seed)
          .isEqualTo(whole);
    }
  }

  @Test
  void shouldRefuseKeysThatDoNotAscend() {
    final Entry one = new Entry(key(1), new byte[1]);
    final Entry two = new Entry(key(2), null);
    final StateDelta first = StateDelta.ofSorted(List.of(one, two));
    final StateDelta again = StateDelta.ofSorted(List.of(two));

    assertThatThrownBy(() -> StateDelta.ofSorted(List.of(two, one)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StateDelta.ofUnsorted(List.of(two, one, two)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StateDelta.concat(List.of(first, StateDelta.EMPTY, again)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
