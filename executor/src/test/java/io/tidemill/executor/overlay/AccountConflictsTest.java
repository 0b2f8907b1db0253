package io.tidemill.executor.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.MapSnapshot;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.AccountFields;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.NonceWindow;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.overlay.MultiVersionMemory.Attempt;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Which uses of one account make two transactions depend on each other. Every transaction here runs
 * on the snapshot, before any other has published, and then all become final in order.
 */
class AccountConflictsTest {
  private static final Address HOT = new Address(new Hash32(1, 2, 3, 4));
  private static final StateKey KEY = StateKeys.account(HOT);
  private static final Account BEFORE =
      Account.empty(HOT)
          .withBalance(U128.of(100))
          .withGasTank(U128.of(50))
          .withAuthKeys(new AuthKeys.Single(new byte[897]), 1);

  private final MapSnapshot state = new MapSnapshot();
  private final MultiVersionMemory memory =
      new MultiVersionMemory(
          state,
          8,
          transaction -> {
            throw new AssertionError("waits for " + transaction);
          });

  /** Runs each on the snapshot alone, publishes the last one first, and says who was stale. */
  @SafeVarargs
  private List<Integer> stale(Account before, Consumer<Ledger>... transactions) {
    state.values.put(KEY, AccountCodec.encode(before));
    return stale(transactions);
  }

  @SafeVarargs
  private List<Integer> stale(Consumer<Ledger>... transactions) {
    final List<MultiVersionMemory.View> views = new ArrayList<>();
    final List<Overlay> overlays = new ArrayList<>();
    for (int i = 0; i < transactions.length; i++) {
      final MultiVersionMemory.View view = memory.view(i);
      final Overlay overlay = new Overlay(view);
      transactions[i].accept(new Ledger(overlay));
      views.add(view);
      overlays.add(overlay);
    }
    final List<Attempt> attempts = new ArrayList<>();
    for (int i = transactions.length - 1; i >= 0; i--) {
      attempts.addFirst(memory.publish(views.get(i), overlays.get(i), null));
    }
    final List<Integer> stale = new ArrayList<>();
    for (int i = 0; i < transactions.length; i++) {
      Attempt attempt = attempts.get(i);
      if (memory.firstStaleRead(attempt) != null) {
        stale.add(i);
        memory.estimate(attempt);
        final MultiVersionMemory.View view = memory.view(i);
        final Overlay overlay = new Overlay(view);
        transactions[i].accept(new Ledger(overlay));
        attempt = memory.publish(view, overlay, attempt);
        attempts.set(i, attempt);
      }
      memory.settle(attempt);
    }
    assertThat(result(attempts)).isEqualTo(inOrder(transactions));
    return stale;
  }

  private static @Nullable Account result(List<Attempt> attempts) {
    final List<StateDelta.Entry> entries = new ArrayList<>();
    attempts.forEach(attempt -> attempt.addNewest(entries));
    for (StateDelta.Entry entry : entries) {
      if (entry.key().equals(KEY)) {
        return fields(AccountCodec.decode(Objects.requireNonNull(entry.value())));
      }
    }
    return null;
  }

  /** Keys compare by reference; they are compared by the field tests. */
  private static Account fields(Account account) {
    return account.withAuthKeys(AuthKeys.NONE, account.keyNonce());
  }

  @SafeVarargs
  private @Nullable Account inOrder(Consumer<Ledger>... transactions) {
    final WaveView wave = new WaveView(state);
    boolean written = false;
    for (Consumer<Ledger> transaction : transactions) {
      final Overlay overlay = new Overlay(wave);
      transaction.accept(new Ledger(overlay));
      written |= overlay.wrote(KEY);
      wave.merge(overlay);
    }
    final byte[] record = wave.get(KEY);
    return record == null || !written ? null : fields(AccountCodec.decode(record));
  }

  private static Consumer<Ledger> credit(long amount) {
    return ledger -> ledger.credit(HOT, U128.of(amount));
  }

  private static Consumer<Ledger> debit(long amount) {
    return ledger -> ledger.debit(HOT, U128.of(amount));
  }

  private static Consumer<Ledger> nonce(long nonce) {
    return ledger -> {
      Objects.requireNonNull(ledger.signer(HOT));
      ledger.consumeNonce(HOT, nonce);
    };
  }

  @Test
  void shouldNotConflictWhenManyPayOneAccount() {
    assertThat(stale(BEFORE, credit(1), credit(2), credit(3), credit(4))).isEmpty();
  }

  @Test
  void shouldNotConflictWhenOneSendsWhileOthersPayIt() {
    assertThat(
            stale(
                BEFORE,
                credit(1),
                nonce(0),
                debit(60),
                credit(5),
                ledger -> ledger.takeFromTank(HOT, U128.of(20)),
                ledger -> ledger.takeFromTank(HOT, U128.of(30))))
        .isEmpty();
  }

  @Test
  void shouldNotConflictWhenOneAsksForCodeKeysAndExistenceOnly() {
    assertThat(
            stale(
                BEFORE,
                credit(1),
                ledger -> {
                  ledger.activeCode(HOT, 5);
                  ledger.signer(HOT);
                  ledger.mayHold(HOT);
                }))
        .isEmpty();
  }

  @Test
  void shouldConflictWhenTheBalanceIsRead() {
    assertThat(stale(BEFORE, credit(1), ledger -> ledger.balance(HOT), credit(1)))
        .containsExactly(1);
  }

  @Test
  void shouldConflictWhenTheWholeAccountIsRead() {
    assertThat(
            stale(
                BEFORE,
                credit(1),
                ledger -> ledger.account(HOT),
                // What was written carries the rest of the record along.
                ledger -> {
                  ledger.credit(HOT, U128.of(1));
                  ledger.account(HOT);
                }))
        .containsExactly(1, 2);
  }

  @Test
  void shouldConflictWhenTwoTogetherSpendMoreThanThereIs() {
    assertThat(stale(BEFORE, debit(60), debit(40), debit(1))).containsExactly(2);
  }

  @Test
  void shouldConflictWhenARefusedPaymentIsPossibleAfterAll() {
    assertThat(stale(BEFORE, credit(1), debit(101), debit(1))).containsExactly(1, 2);
  }

  @Test
  void shouldConflictWhenTwoTogetherWouldOverflow() {
    final Account full = BEFORE.withBalance(U128.MAX.minus(U128.of(5)));
    assertThat(stale(full, credit(3), credit(2), credit(1))).containsExactly(2);
  }

  @Test
  void shouldConflictWhenPaymentsCreateTheAccount() {
    assertThat(stale(credit(3), credit(2), credit(1))).containsExactly(1, 2);
  }

  @Test
  void shouldConflictWhenNoncesOfOneAccountAreConsumed() {
    assertThat(stale(BEFORE, nonce(0), nonce(1))).containsExactly(1);
  }

  @Test
  void shouldConflictWhenCodeOrKeysChange() {
    final Consumer<Ledger> code =
        ledger ->
            ledger.put(
                Objects.requireNonNull(ledger.account(HOT)).asContract(new Hash32(9, 9, 9, 9)));
    final Consumer<Ledger> keys =
        ledger -> {
          final Account account = Objects.requireNonNull(ledger.account(HOT));
          ledger.put(account.withAuthKeys(new AuthKeys.Single(new byte[] {1}), 2));
        };
    assertThat(
            stale(
                BEFORE,
                code,
                ledger -> ledger.activeCode(HOT, 5),
                ledger -> ledger.signer(HOT),
                credit(1),
                keys,
                ledger -> ledger.signer(HOT),
                ledger -> ledger.activeCode(HOT, 5),
                credit(1)))
        // Who replaces the whole record depends on the whole record.
        .containsExactly(1, 4, 5, 6);
  }

  @Test
  void shouldMergeOntoTheSnapshotWhenTheVersionBelowIsTakenBack() {
    state.values.put(KEY, AccountCodec.encode(BEFORE));
    final Attempt first = run(0, credit(7), null);
    final Attempt second = run(1, credit(1), null);
    memory.estimate(first);
    final Attempt again = run(0, ledger -> {}, first);
    memory.settle(again);

    assertThat(memory.firstStaleRead(second)).isNull();
    memory.settle(second);

    assertThat(Objects.requireNonNull(result(List.of(again, second))).balance())
        .isEqualTo(U128.of(101));
  }

  @Test
  void shouldAddUpPaymentsWhenTheBalanceIsReadBeforeTheyAreFinal() {
    state.values.put(KEY, AccountCodec.encode(BEFORE));
    final MultiVersionMemory.View early = memory.view(1);
    final Overlay overlay = new Overlay(early);
    new Ledger(overlay).credit(HOT, U128.of(1));
    run(0, credit(7), null);
    memory.publish(early, overlay, null);

    assertThat(new Ledger(new Overlay(memory.view(2))).balance(HOT)).isEqualTo(U128.of(101));
    assertThat(Objects.requireNonNull(new Ledger(new Overlay(memory.view(2))).account(HOT)))
        .extracting(Account::balance)
        .isEqualTo(U128.of(108));
  }

  private Attempt run(int index, Consumer<Ledger> transaction, @Nullable Attempt previous) {
    final MultiVersionMemory.View view = memory.view(index);
    final Overlay overlay = new Overlay(view);
    transaction.accept(new Ledger(overlay));
    return memory.publish(view, overlay, previous);
  }

  @Test
  void shouldKeepEveryFieldThatTheTransactionLeftAlone() {
    final NonceWindow window = NonceWindow.FRESH.consume(0).consume(2);
    final Account other =
        BEFORE
            .withNonce(window)
            .asContract(new Hash32(4, 4, 4, 4))
            .withAuthKeys(new AuthKeys.Single(new byte[] {1, 2, 3}), 7)
            .withBalance(U128.of(1_000))
            .withGasTank(U128.of(2_000));
    final byte[] seen = AccountCodec.encode(BEFORE);
    final byte[] written =
        AccountCodec.encode(BEFORE.withBalance(U128.of(90)).withGasTank(U128.of(51)));

    final byte[] merged = AccountFields.merge(AccountCodec.encode(other), seen, written);

    assertThat(merged)
        .isEqualTo(
            AccountCodec.encode(other.withBalance(U128.of(990)).withGasTank(U128.of(2_001))));
  }
}
