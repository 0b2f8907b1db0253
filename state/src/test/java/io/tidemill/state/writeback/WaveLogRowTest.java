package io.tidemill.state.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.Waves;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WaveLogRowTest {
  private static byte[] encode(StateDelta delta, Map<StateKey, byte[]> before) {
    final WaveArtifacts artifacts = new Waves(1, 1).artifacts(7);
    final WaveLogRow row =
        new WaveLogRow(
            delta, artifacts.receipts(), artifacts.events(), ValuePatch.all(delta, before::get));
    final byte[] bytes = new byte[row.encodedLength()];
    row.encodeTo(bytes, 0);
    return bytes;
  }

  private static WaveLogRow.Read decode(byte[] bytes, Map<StateKey, byte[]> before) {
    return WaveLogRow.decode(bytes, keys -> keys.stream().map(before::get).toList());
  }

  @Test
  void shouldReadBackWhatItWroteOverAnyValuesBefore() {
    final Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      final TreeMap<StateKey, byte[]> before = new TreeMap<>();
      final TreeMap<StateKey, byte[]> after = new TreeMap<>();
      for (int i = 0; i < 4; i++) {
        final byte[] value = new byte[random.nextInt(400)];
        random.nextBytes(value);
        if (random.nextInt(5) > 0) {
          before.put(Waves.key(i), value);
        }
        after.put(Waves.key(i), random.nextInt(5) == 0 ? null : changed(value, random));
      }
      final StateDelta delta = StateDelta.of(after);
      final WaveLogRow.Read read = decode(encode(delta, before), before);
      assertThat(read.delta()).as("round " + round).isEqualTo(delta);
      assertThat(read.receipts()).hasSize(3);
      assertThat(read.events()).hasSize(6);
    }
  }

  /** Some bytes in the middle are others, more or fewer. */
  private static byte[] changed(byte[] value, Random random) {
    final int from = random.nextInt(value.length + 1);
    final int to = from + random.nextInt(value.length - from + 1);
    final byte[] between = new byte[random.nextInt(40)];
    random.nextBytes(between);
    return ByteBuffer.allocate(from + between.length + value.length - to)
        .put(value, 0, from)
        .put(between)
        .put(value, to, value.length - to)
        .array();
  }

  @Test
  void shouldNotRepeatAPublicKey() {
    final byte[] account = new byte[1_041];
    new Random(4).nextBytes(account);
    final byte[] paid = account.clone();
    paid[45]++;
    final TreeMap<StateKey, byte[]> after = new TreeMap<>(Map.of(Waves.key(1), paid));
    final StateDelta delta = StateDelta.of(after);
    final int whole = encode(delta, Map.of()).length;
    assertThat(encode(delta, Map.of(Waves.key(1), account))).hasSizeLessThan(whole - 1_000);
  }

  @Test
  void shouldRefuseAPatchOfAnotherValueAndAnythingCutShort() {
    final byte[] account = new byte[600];
    final byte[] paid = account.clone();
    paid[45]++;
    final StateDelta delta = StateDelta.of(new TreeMap<>(Map.of(Waves.key(1), paid)));
    final byte[] row = encode(delta, Map.of(Waves.key(1), account));
    assertThatThrownBy(() -> decode(row, Map.of(Waves.key(1), new byte[300])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 300");
    assertThatThrownBy(() -> decode(row, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without the value");
    for (int length = 0; length < row.length; length++) {
      final byte[] cut = Arrays.copyOf(row, length);
      assertThatThrownBy(() -> decode(cut, Map.of(Waves.key(1), account)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldReadTheFormBeforePatches() {
    final byte[] form1 =
        ByteBuffer.allocate(1 + 4 + 32 + 4 + 2 + 8)
            .put((byte) 1)
            .putInt(1)
            .put(Waves.key(9).raw().toBytes())
            .putInt(2)
            .put(new byte[] {5, 6})
            .array();
    final WaveLogRow.Read row = decode(form1, Map.of());
    assertThat(row.delta())
        .isEqualTo(StateDelta.of(new TreeMap<>(Map.of(Waves.key(9), new byte[] {5, 6}))));
    assertThat(row.receipts()).isEqualTo(List.of());
  }
}
