package io.tidemill.state.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.StateStore;
import io.tidemill.state.StateStoreContract;
import io.tidemill.state.Waves;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryStateStoreTest extends StateStoreContract {
  @Override
  protected StateStore create() {
    return MemoryStateStore.create();
  }

  @Test
  void shouldKeepOnlyTheNewestWavesAndTheBasesOfCommits() {
    final Waves waves = new Waves(1, 20);
    final MemoryStateStore small = MemoryStateStore.create(3);
    for (long wave = 0; wave < 10; wave++) {
      waves.commit(small, wave, 10);
    }
    assertThat(small.oldestWave()).isEqualTo(7);
    assertThat(small.snapshotAt(6)).isNull();
    assertThat(small.receiptByHash(Waves.hash("tx 6 0"))).isNull();
    final var commit = small.commitChild(small.snapshotAt(7), waves.delta(70, 5), List.of());
    for (long wave = 10; wave < 20; wave++) {
      waves.commit(small, wave, 10);
    }
    assertThat(small.oldestWave()).isEqualTo(7);
    small.deleteCommit(commit.id());
    waves.commit(small, 20, 10);
    assertThat(small.oldestWave()).isEqualTo(18);
  }
}
