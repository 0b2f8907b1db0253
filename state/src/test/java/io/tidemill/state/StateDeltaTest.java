package io.tidemill.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateDeltaTest {
  private static StateDelta.Entry entry(int key, byte @Nullable ... value) {
    return new StateDelta.Entry(new StateKey(new Hash32(key, 0, 0, 0)), value);
  }

  @Test
  void shouldSortEntriesByKeyAsUnsignedBytes() {
    final StateDelta delta =
        StateDelta.ofUnsorted(List.of(entry(-1, (byte) 1), entry(1, (byte) 2), entry(0)));

    assertThat(delta).extracting(e -> e.key().raw().w0()).containsExactly(0L, 1L, -1L);
  }

  @Test
  void shouldRefuseAKeyThatOccursTwice() {
    final List<StateDelta.Entry> twice = List.of(entry(1, (byte) 1), entry(1, (byte) 2));

    assertThatThrownBy(() -> StateDelta.ofUnsorted(twice))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldLetTheUpperDeltaWinAndKeepTheRestOfBoth() {
    for (int seed = 0; seed < 200; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final TreeMap<StateKey, byte @Nullable []> expected = new TreeMap<>();
      final StateDelta below = random(random, expected, seed % 3 == 0 ? 200 : 12);
      final StateDelta above = random(random, expected, seed % 3 == 1 ? 200 : 12);

      assertThat(above.over(below)).as("seed %d", seed).isEqualTo(StateDelta.of(expected));
    }
  }

  @Test
  void shouldConcatenateWhatAscends() {
    final StateDelta low = StateDelta.ofSorted(List.of(entry(0), entry(1, (byte) 1)));
    final StateDelta high = StateDelta.ofSorted(List.of(entry(2, (byte) 2), entry(-1)));

    assertThat(StateDelta.concat(List.of(low, StateDelta.EMPTY, high)))
        .isEqualTo(
            StateDelta.ofSorted(
                List.of(entry(0), entry(1, (byte) 1), entry(2, (byte) 2), entry(-1))));
    assertThatThrownBy(() -> StateDelta.concat(List.of(high, StateDelta.EMPTY, low)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StateDelta.concat(List.of(low, low)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static StateDelta random(
      SplittableRandom random, TreeMap<StateKey, byte @Nullable []> union, int size) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    for (int i = random.nextInt(size); i > 0; i--) {
      final byte[] value = random.nextInt(3) == 0 ? null : new byte[] {(byte) random.nextInt()};
      changes.put(new StateKey(new Hash32(random.nextInt(size + 3), 0, 0, 0)), value);
    }
    union.putAll(changes);
    final List<StateDelta.Entry> entries = new ArrayList<>();
    StateDelta.of(changes).forEach(entries::addFirst);
    return StateDelta.ofUnsorted(entries);
  }
}
