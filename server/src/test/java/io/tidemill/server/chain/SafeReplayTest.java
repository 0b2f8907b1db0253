package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.NodeFault;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveExecutor.ReceiptListener;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.FakeExecutor;
import io.tidemill.server.testing.TestNode;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which waves run on the reference interpreter, over the lives and deaths of a node. */
class SafeReplayTest {
  @TempDir private Path folder;

  private final List<Boolean> switches = new ArrayList<>();
  private @Nullable RuntimeException failure;

  /** A node at a head; dropping it without closing is dying. */
  private SafeReplay start(long head) {
    final FakeExecutor fake = new FakeExecutor();
    final WaveExecutor executor =
        new WaveExecutor() {
          @Override
          public WaveResult execute(
              Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
            if (failure != null) {
              throw failure;
            }
            return fake.execute(wave, prePass, base, listener);
          }
        };
    switches.clear();
    return new SafeReplay(
        executor, InFlightFile.open(folder.resolve("IN_FLIGHT")), head, switches::add);
  }

  private void run(SafeReplay node, long wave) {
    try (StateStore store = TestNode.withGenesis(MemoryStateStore.create());
        Snapshot base = store.snapshot()) {
      node.execute(
          new Wave(
              new WaveContext(wave, wave, Hash32.ZERO, U128.of(1), DevChain.CHAIN_ID, 0, 0),
              base.root().blake3(),
              List.of(),
              List.of(),
              List.of()),
          base,
          ReceiptListener.NONE);
    }
  }

  @Test
  void shouldCompileFromTheStartWhenNothingHappened() {
    final SafeReplay fresh = start(0);
    assertThat(fresh.active()).isFalse();
    run(fresh, 1);
    fresh.close();
    assertThat(start(0).active()).as("a pending wave that an orderly end forgot").isFalse();
    assertThat(switches).isEmpty();
  }

  @Test
  void shouldReplayTheWaveInWhichTheNodeDied() {
    run(start(6), 7);
    final SafeReplay next = start(6);
    assertThat(next.active()).isTrue();
    assertThat(switches).containsExactly(true);
    run(next, 7);
    assertThat(next.active()).isFalse();
    assertThat(switches).containsExactly(true, false);
  }

  @Test
  void shouldReplayNothingWhenTheWaveWasDurable() {
    run(start(6), 7);
    assertThat(start(7).active()).isFalse();
  }

  @Test
  void shouldReplayEveryWaveThatWasNotDurable() {
    final SafeReplay first = start(6);
    run(first, 7);
    run(first, 8);
    final SafeReplay next = start(6);
    run(next, 7);
    assertThat(next.active()).as("wave 8 ran too").isTrue();
    run(next, 8);
    assertThat(next.active()).isFalse();
  }

  @Test
  void shouldGoOnReplayingAfterAnOrderlyEndInBetween() {
    run(start(6), 7);
    start(6).close();
    assertThat(start(6).active()).isTrue();
  }

  @Test
  void shouldTryAgainOnTheInterpreterAfterANodeFault() {
    final SafeReplay first = start(6);
    failure = new NodeFault("the compiled code did something strange");
    assertThatThrownBy(() -> run(first, 7)).isSameAs(failure);
    first.close();
    failure = null;
    assertThat(start(6).active()).isTrue();
  }

  @Test
  void shouldNotMindAWaveThatWasRefused() {
    final SafeReplay first = start(6);
    failure = new InvalidWaveException("another chain");
    assertThatThrownBy(() -> run(first, 7)).isSameAs(failure);
    first.close();
    failure = null;
    assertThat(start(6).active()).isFalse();
  }

  @Test
  void shouldDoubleTheWavesEachTimeItDiesAgainSoonAfter() {
    long head = 0;
    for (int waves = 1; waves <= 256; waves *= 2) {
      run(start(head), head + 1);
      final SafeReplay next = start(head);
      for (int i = 0; i < waves; i++) {
        assertThat(next.active()).as("wave " + (i + 1) + " of " + waves).isTrue();
        run(next, ++head);
      }
      assertThat(next.active()).isFalse();
    }
    // Not for ever: the longest stretch is bounded.
    run(start(head), head + 1);
    final SafeReplay last = start(head);
    for (int i = 0; i < 256; i++) {
      run(last, ++head);
    }
    assertThat(last.active()).isFalse();
  }

  @Test
  void shouldNotCountADeathOnTheInterpreter() {
    run(start(0), 1);
    for (int i = 0; i < 10; i++) {
      run(start(0), 1);
      final SafeReplay again = start(0);
      assertThat(again.active()).isTrue();
    }
    final SafeReplay survivor = start(0);
    run(survivor, 1);
    assertThat(survivor.active()).as("one death while compiling is one wave").isFalse();
  }

  @Test
  void shouldForgetADeathThatIsLongAgo() {
    run(start(0), 1);
    final SafeReplay second = start(0);
    for (long wave = 1; wave <= 500; wave++) {
      run(second, wave);
    }
    final SafeReplay third = start(499);
    run(third, 500);
    assertThat(third.active()).as("a first death again").isFalse();
  }

  @Test
  void shouldStartOverWhenTheRecordIsBroken() throws IOException {
    run(start(6), 7);
    final Path file = folder.resolve("IN_FLIGHT");
    final byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      final byte[] broken = whole.clone();
      broken[i] ^= 1;
      Files.write(file, broken);
      assertThat(start(6).active()).as("byte " + i).isFalse();
    }
    Files.write(file, new byte[5]);
    assertThat(start(6).active()).isFalse();
    Files.write(file, whole);
    assertThat(start(6).active()).isTrue();
  }
}
