package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The executor and the model agree on random waves, receipt by receipt and balance by balance. The
 * number of transactions is {@code -Dtidemill.cases=N}; one wave is {@code -Dtidemill.seed=N}.
 */
class WaveModelTest {
  private static final int PER_WAVE = 200;
  private static final int USERS = 16;
  private static final Address CONTRACT = Addresses.contract("model");
  private static final Address SECOND = Addresses.contract("second");
  private static final String[] FUNCTIONS = {
    "work", "work", "revert", "trap", "burn", "pay", "free", "free", "nothing"
  };

  private final TestChain chain =
      new TestChain(
          Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED),
          SignatureVerifier.TRUSTING,
          ledger -> {
            ledger.put(Account.empty(CONTRACT).asContract(Blake3.hash(new byte[] {1})));
            ledger.put(Account.empty(SECOND).asContract(Blake3.hash(new byte[] {2})));
          });
  private final WaveModel model = new WaveModel();

  @Test
  void shouldAgreeWithTheModelOnRandomWaves() {
    for (int i = 0; i < 10; i++) {
      model.holder(TestChain.user(i)).balance = TestChain.RICH.toBigInteger();
      model.holder(TestChain.user(i)).key = true;
    }
    model.holder(CONTRACT).code = true;
    model.holder(SECOND).code = true;
    final BigInteger supply = model.supply();
    final int cases = Integer.getInteger("tidemill.cases", 100_000);
    final long firstSeed = Long.getLong("tidemill.seed", 1);
    for (long seed = firstSeed; seed < firstSeed + cases / PER_WAVE; seed++) {
      oneWave(new SplittableRandom(seed), "seed " + seed);
      assertThat(model.supply()).as("supply, seed " + seed).isEqualTo(supply);
    }
  }

  private void oneWave(SplittableRandom random, String name) {
    final long fee = random.nextInt(10) == 0 ? 50_000 : 1 + random.nextInt(200);
    chain.baseFee = U128.of(fee);
    chain.anchor = 1_000_000;
    final List<Transaction> transactions = new ArrayList<>();
    final int[] ahead = new int[USERS];
    for (int i = 0; i < PER_WAVE; i++) {
      transactions.add(transaction(random, ahead));
    }
    final List<Wave.Entry> entries = new ArrayList<>();
    for (Transaction transaction : transactions) {
      entries.add(TestChain.entry(transaction));
    }
    final Wave wave = chain.wave(entries);
    final WaveResult result = chain.run(wave);
    model.beginWave(wave.context().waveId(), fee);
    for (int i = 0; i < transactions.size(); i++) {
      final String where = name + ", transaction " + i + " " + transactions.get(i).type();
      compare(where, result.receipts().get(i), model.apply(transactions.get(i)));
    }
    model.endWave();
    compareState(name);
  }

  private static void compare(String where, Receipt receipt, WaveModel.Expected expected) {
    final WaveModel.Expected actual =
        new WaveModel.Expected(
            receipt.status().name(),
            receipt.code(),
            receipt.gasUsed(),
            receipt.feePaid().toBigInteger(),
            receipt.feePayer(),
            receipt.nonceConsumed(),
            receipt.events().size());
    assertThat(actual).as(where).isEqualTo(expected);
  }

  private void compareState(String name) {
    final Ledger ledger = chain.state();
    for (Map.Entry<Address, WaveModel.Holder> entry : model.holders.entrySet()) {
      final Account account = ledger.account(entry.getKey());
      final WaveModel.Holder holder = entry.getValue();
      assertThat(account).as(name).isNotNull();
      assertThat(account.balance().toBigInteger()).as(name).isEqualTo(holder.balance);
      assertThat(account.gasTank().toBigInteger()).as(name).isEqualTo(holder.tank);
      assertThat(account.nonce().base()).as(name).isEqualTo(holder.base());
    }
    assertThat(ledger.amount(SystemSlot.TOTAL_BURNED).toBigInteger())
        .as(name)
        .isEqualTo(model.burned);
    model.work.forEach(
        (contract, count) ->
            assertThat(ledger.number(FakeContracts.counter(contract))).isEqualTo((long) count));
  }

  private Transaction transaction(SplittableRandom random, int[] ahead) {
    final int user = random.nextInt(USERS);
    final WaveModel.Holder holder = model.holders.get(TestChain.user(user));
    final long base = holder == null ? 0 : holder.base();
    final long nonce =
        random.nextInt(12) == 0 ? Math.max(0, base + random.nextInt(24) - 4) : base + ahead[user]++;
    final TestChain.Builder builder =
        new TestChain.Builder(TestChain.user(user), nonce).gas(gasLimit(random));
    if (random.nextInt(40) == 0) {
      builder.chain(1);
    }
    if (random.nextInt(20) == 0) {
      builder.deadline(Math.max(0, chain.store.head().wave() + random.nextInt(3)));
    }
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> builder.to(recipient(random)).value(amount(random));
      case 7, 8, 9, 10, 11, 12 -> call(random, builder);
      case 13 ->
          builder
              .type(TransactionType.REGISTER_PUBKEY)
              .data(TestChain.key(random.nextInt(5) == 0 ? 0 : user))
              .signature(new byte[random.nextInt(4) / 3]);
      case 14 ->
          builder
              .type(TransactionType.STAKE_DEPOSIT)
              .data(TestChain.key(random.nextInt(USERS)))
              .value(random.nextInt(3) == 0 ? 5 : 10_000_000_000_000L);
      case 15 -> builder.type(TransactionType.STAKE_WITHDRAW).value(random.nextInt(5) / 4);
      case 16 -> builder.type(TransactionType.CLAIM_REWARD);
      case 17, 18 ->
          builder
              .type(TransactionType.DEPOSIT_GAS_TANK)
              .value(amount(random))
              .data(random.nextInt(4) == 0 ? new byte[31] : recipient(random).toBytes());
      default -> builder.to(recipient(random)).value(1).payer(FeePayer.GAS_TANK);
    }
    return builder.build();
  }

  private static void call(SplittableRandom random, TestChain.Builder builder) {
    final String function = FUNCTIONS[random.nextInt(FUNCTIONS.length)];
    builder.to(random.nextBoolean() ? CONTRACT : SECOND);
    switch (random.nextInt(12)) {
      case 0 -> builder.data(new byte[] {1, 2, 3});
      case 1 -> builder.value(amount(random));
      default -> builder.data(new CallPayload(function, new byte[random.nextInt(20)]).encode());
    }
    if (function.equals("pay") || random.nextInt(10) == 0) {
      builder.value(amount(random));
    }
    if (random.nextInt(8) == 0) {
      builder.payer(FeePayer.GAS_TANK);
    }
  }

  private static Address recipient(SplittableRandom random) {
    return switch (random.nextInt(12)) {
      case 0 -> Address.ZERO;
      case 1 -> CONTRACT;
      case 2 -> SECOND;
      case 3 -> Addresses.TREASURY;
      default -> TestChain.user(random.nextInt(USERS));
    };
  }

  private static long gasLimit(SplittableRandom random) {
    return switch (random.nextInt(20)) {
      case 0 -> 20_999;
      case 1 -> 21_000;
      case 2 -> 21_500;
      case 3 -> 1_600_000_001L;
      default -> 21_000 + random.nextInt(200_000);
    };
  }

  private static long amount(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> 900_000_000_000_000L;
      case 2 -> random.nextInt(100);
      default -> random.nextInt(1_000_000_000);
    };
  }
}
