package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;

/**
 * What many transactions of a wave do to one account at once must not make them depend on each
 * other: on four workers and however these are disturbed, nobody runs twice.
 */
class HotAccountsTest {
  private static final int SENDERS = 200;
  private static final U128 RICH = U128.of(1_000_000_000_000L);
  private static final WorkerPool POOL = new WorkerPool(4, WorkerPool.STACK_BYTES);

  private static final Rules RULES =
      Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  private static final ExecutorParts PARTS =
      new ExecutorParts(
          ChainSpecification.always(RULES),
          new FakeContracts(),
          (key, message, signature) -> true,
          GuardSource.NONE);

  @AfterAll
  static void stop() {
    POOL.close();
  }

  private static Address sender(int index) {
    return new Address(Blake3.hash(new byte[] {5, (byte) index, (byte) (index >> 8)}));
  }

  /** A wave of payments from different senders, serially and in parallel. */
  private static WaveResult run(IntFunction<TestChain.Builder> payment) {
    final TestChain chain =
        new TestChain(
            RULES,
            PARTS,
            ledger -> {
              for (int i = 0; i <= SENDERS; i++) {
                ledger.put(
                    Account.empty(sender(i))
                        .withBalance(RICH)
                        .withAuthKeys(new AuthKeys.Single(TestChain.key(0)), 0));
              }
              ledger.credit(Addresses.TREASURY, U128.of(1));
              ledger.credit(Addresses.REWARD_POOL, U128.of(1));
            });
    final List<Wave.Entry> entries = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      entries.add(TestChain.entry(payment.apply(i).gas(21_000).build()));
    }
    final Wave wave = chain.wave(entries);
    final WaveExecutor disturbed =
        new ParallelWaveExecutor(PARTS, POOL, System::nanoTime, Thread::yield);
    try (Snapshot base = chain.store.snapshot()) {
      final WaveResult expected =
          new SerialWaveExecutor(PARTS).execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      final WaveResult actual = disturbed.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      assertThat(WaveDifference.report(expected, actual)).isEmpty();
      assertThat(actual.receipts()).allMatch(receipt -> receipt.status() == Receipt.Status.SUCCESS);
      chain.run(wave);
      assertThat(chain.state().amount(SystemSlot.TOTAL_BURNED)).isEqualTo(actual.totals().burned());
      return actual;
    }
  }

  @RepeatedTest(5)
  void shouldRunNobodyTwiceWhenAllPayOneAccount() {
    final WaveResult result =
        run(i -> new TestChain.Builder(sender(i), 0).to(sender(SENDERS)).value(i + 1));

    assertThat(result.statistics().aborts()).isZero();
    assertThat(result.statistics().depth()).isEqualTo(1);
  }

  @RepeatedTest(5)
  void shouldRunNobodyTwiceWhenEverybodyPaysTheNextWhoPaysToo() {
    final WaveResult result =
        run(i -> new TestChain.Builder(sender(i), 0).to(sender(i + 1)).value(1_000_000));

    assertThat(result.statistics().aborts()).isZero();
  }

  @RepeatedTest(5)
  void shouldRunNobodyTwiceWhenAllPayFeesIntoTheSameAccounts() {
    final WaveResult result =
        run(
            i ->
                new TestChain.Builder(sender(i), 0)
                    .to(i % 2 == 0 ? Addresses.TREASURY : Addresses.REWARD_POOL)
                    .value(1));

    assertThat(result.totals().treasury()).isNotEqualTo(U128.ZERO);
    assertThat(result.statistics().aborts()).isZero();
  }
}
