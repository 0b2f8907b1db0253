package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WaveFileTest {
  private static WaveFile generated(long seed) {
    return new WaveGenerator(
            new WaveGenerator.Settings(31_337, seed, 3, 50, 0, 20, 20, 20, 20, 0, null, false))
        .generate();
  }

  @Test
  void shouldReadBackWhatWasWritten() {
    final byte[] bytes = generated(7).encode();
    assertThat(WaveFile.decode(bytes).encode()).isEqualTo(bytes);
    assertThat(generated(7).encode()).isEqualTo(bytes);
    assertThat(generated(8).encode()).isNotEqualTo(bytes);
  }

  @Test
  void shouldGenerateTransactionsThatDecode() {
    int decoded = 0;
    for (WaveFile.FileWave wave : generated(7).waves()) {
      for (WaveFile.FileEntry entry : wave.entries()) {
        decoded +=
            TransactionDecoder.decode(entry.transaction().toByteArray()) instanceof Transaction
                ? 1
                : 0;
      }
    }
    assertThat(decoded).isBetween(130, 150);
  }

  @Test
  void shouldRefuseWhatIsNoWaveFile() {
    final byte[] bytes = generated(7).encode();
    assertThatThrownBy(() -> WaveFile.decode(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WaveFile.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("left over");
    final byte[] other = bytes.clone();
    other[8] = 2;
    assertThatThrownBy(() -> WaveFile.decode(other)).hasMessageContaining("version 2");
    assertThatThrownBy(() -> WaveFile.decode(new byte[20])).hasMessageContaining("TIDEWAVE");
  }
}
