package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateException;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A pre-pass prepares what serial preparation prepares, whenever it was begun. */
class PrePassTest {
  private static final Rules RULES =
      Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  private static final Preparation PREPARATION = new Preparation(SignatureVerifier.TRUSTING);
  private static final WorkerPool POOL = new WorkerPool(2, 0);

  @AfterAll
  static void stop() {
    POOL.close();
  }

  /** Transactions that declare {@code slots} slots each. */
  private static Wave wave(int count, int slots) {
    final List<Wave.Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final Address to = TestChain.user(i % 7);
      final List<Hash32> keys = new ArrayList<>();
      for (int slot = 0; slot < slots; slot++) {
        keys.add(new Hash32(i, slot, 1, 2));
      }
      final Transaction transaction =
          new Transaction(
              TestChain.user(i % 10),
              to,
              U128.of(1),
              new byte[0],
              21_000,
              i,
              new byte[0],
              FeePayer.SENDER,
              List.of(new AccessEntry(to, keys, true)),
              false,
              0,
              TestChain.CHAIN_ID,
              TransactionType.STANDARD);
      entries.add(new Wave.Entry(TransactionEncoder.encode(transaction), false, null));
    }
    return new Wave(
        new WaveContext(1, 1, Hash32.ZERO, U128.of(1), TestChain.CHAIN_ID, 0, 0),
        Hash32.ZERO,
        entries,
        List.of(),
        List.of());
  }

  @Test
  void shouldPrepareInOrderWhatArrivedInParts() {
    final Wave wave = wave(333, 2);
    final MapSnapshot state = new MapSnapshot();
    final PrePass prePass = new PrePass(PREPARATION, RULES, POOL, 0, () -> state);
    wave.transactions().forEach(prePass::add);

    final PrePass.Result result = prePass.finish(wave, state);

    final Prepared[] expected = PREPARATION.prepare(wave, state, RULES);
    assertThat(result.prepared())
        .extracting(Prepared::hash)
        .containsExactlyElementsOf(List.of(expected).stream().map(Prepared::hash).toList());
    assertThat(result.schedule().size()).isEqualTo(333);
  }

  @Test
  void shouldDoLaterWhatFailedInTheBackground() {
    final Wave wave = wave(100, 0);
    final PrePass prePass =
        new PrePass(
            PREPARATION,
            RULES,
            POOL,
            100,
            () -> {
              throw new StateException("the store is closing");
            });
    wave.transactions().forEach(prePass::add);

    assertThat(prePass.finish(wave, new MapSnapshot()).prepared())
        .hasSize(100)
        .doesNotContainNull();
  }

  @Test
  void shouldRefuseTheEntriesOfAnotherWave() {
    final PrePass prePass = new PrePass(PREPARATION, RULES, POOL, 0, MapSnapshot::new);
    wave(40, 0).transactions().forEach(prePass::add);

    assertThatThrownBy(() -> prePass.finish(wave(40, 0), new MapSnapshot()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldBoundWhatHostileListsCanFetch() {
    final Wave wave = wave(200, 250);
    final MapSnapshot state = new MapSnapshot();
    final PrePass prePass = new PrePass(PREPARATION, RULES, POOL, 200, () -> state);
    wave.transactions().forEach(prePass::add);

    prePass.finish(wave, state);

    assertThat(state.fetched).hasPositiveValue().hasValueLessThanOrEqualTo(PrePass.MIN_PREFETCH);
  }
}
