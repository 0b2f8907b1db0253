package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.nativetx.CommitRecord;
import io.tidemill.executor.nativetx.MultisigBundle;
import io.tidemill.executor.nativetx.SlashEscrow;
import io.tidemill.executor.nativetx.ValidatorRecord;
import io.tidemill.executor.nativetx.Validators;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The executor and the model agree on random waves of every type but deploys, receipt by receipt,
 * field by field, and in the state after each wave; supply is conserved in every wave. The number
 * of transactions is {@code -Dtidemill.cases=N}; one wave is {@code -Dtidemill.seed=N}.
 */
class WaveModelTest {
  private static final int PER_WAVE = 200;
  private static final int USERS = 90;

  /** Users from here on begin without an account. */
  private static final int KEYLESS = 80;

  private static final Address CONTRACT = Addresses.contract("model");
  private static final Address SECOND = Addresses.contract("second");
  private static final Address COUNTER = Addresses.contract("counter");
  private static final Set<TransactionType> TYPES =
      EnumSet.complementOf(EnumSet.of(TransactionType.DEPLOY));
  private static final String[] FUNCTIONS = {
    "work", "work", "revert", "trap", "burn", "pay", "free", "free", "nothing"
  };

  private final WaveModel model = new WaveModel();
  private final TestChain chain =
      new TestChain(ModelRules.rules(), ModelRules.parts(), WaveModelTest::genesis);
  private final Map<TransactionType, Integer> succeeded = new EnumMap<>(TransactionType.class);
  private NativeDraw natives;

  private static void genesis(Ledger ledger) {
    for (int i = 0; i < KEYLESS; i++) {
      ledger.put(
          Account.empty(TestChain.user(i))
              .withBalance(TestChain.RICH)
              .withAuthKeys(new AuthKeys.Single(TestChain.key(i)), 0));
    }
    for (Address contract : List.of(CONTRACT, SECOND)) {
      ledger.put(Account.empty(contract).asContract(Blake3.hash(contract.toBytes())));
      ledger.putContract(contract, ContractRecord.of(TestChain.user(0), U128.ZERO));
    }
    ledger.credit(Addresses.TREASURY, U128.of(50_000_000_000L));
    ledger.credit(Addresses.AIRDROP_POOL, U128.of(NativeDraw.AIRDROP));
    MultisigBundle.putSigners(
        ledger, List.of(TestChain.key(1), TestChain.key(2), TestChain.key(3)), 2);
    final NativeDraw.Tree tree = NativeDraw.tree();
    ledger.overlay().put(StateKeys.system(SystemSlot.AIRDROP_ROOT), tree.root().toBytes());
    ledger.putNumber(SystemSlot.AIRDROP_DEADLINE, NativeDraw.DEADLINE);
  }

  private void beginModel() throws IOException {
    final byte[] first = Files.readAllBytes(Path.of("contracts/counter/counter.wasm"));
    final byte[] second = Files.readAllBytes(Path.of("contracts/token/token.wasm"));
    final Receipt deployed =
        chain
            .run(
                TestChain.tx(0, 0)
                    .type(TransactionType.DEPLOY)
                    .gas(100_000_000)
                    .data(new DeployData("counter", first, 0, new byte[8]).encode())
                    .build())
            .receipts()
            .getFirst();
    assertThat(deployed.code()).isZero();
    final Ledger ledger = chain.state();
    for (int i = 0; i < KEYLESS; i++) {
      final WaveModel.Holder holder = model.holder(TestChain.user(i));
      holder.key = true;
      holder.balance = ledger.account(TestChain.user(i)).balance().toBigInteger();
    }
    model.holder(TestChain.user(0)).used.add(0L);
    for (Address address :
        List.of(Addresses.TREASURY, Addresses.REWARD_POOL, Addresses.AIRDROP_POOL)) {
      model.holder(address).balance = chain.balance(address).toBigInteger();
    }
    model.burned = ledger.amount(SystemSlot.TOTAL_BURNED).toBigInteger();
    for (Address contract : List.of(CONTRACT, SECOND, COUNTER)) {
      model.holder(contract).code = true;
      final ContractModel.Owned owned = new ContractModel.Owned();
      owned.owner = TestChain.user(0);
      owned.deposit = ledger.contract(contract).deposit().toBigInteger();
      owned.code = ledger.account(contract).codeHash();
      model.natives.owned.byAddress.put(contract, owned);
    }
    model.natives.signers = List.of(TestChain.key(1), TestChain.key(2), TestChain.key(3));
    model.natives.threshold = 2;
    model.natives.airdropDeadline = NativeDraw.DEADLINE;
    model.natives.leaves.putAll(NativeDraw.tree().leaves());
    natives = new NativeDraw(model, List.of(first, second));
  }

  @Test
  void shouldAgreeWithTheModelOnRandomWaves() throws IOException {
    beginModel();
    final BigInteger supply = model.supply();
    final int cases = Integer.getInteger("tidemill.cases", 100_000);
    final long firstSeed = Long.getLong("tidemill.seed", 1);
    for (long seed = firstSeed; seed < firstSeed + cases / PER_WAVE; seed++) {
      oneWave(new SplittableRandom(seed), "seed " + seed);
      assertThat(model.supply()).as("supply, seed " + seed).isEqualTo(supply);
    }
    if (cases >= 20_000) {
      assertThat(TYPES)
          .as("types that were seen to succeed: %s", succeeded)
          .allMatch(succeeded::containsKey);
    }
  }

  private void oneWave(SplittableRandom random, String name) {
    final long fee = random.nextInt(10) == 0 ? 50_000 : 1 + random.nextInt(200);
    chain.baseFee = U128.of(fee);
    chain.anchor = random.nextInt(8);
    final WaveContext context = chain.context();
    model.beginWave(context.waveId(), fee);
    final List<byte[]> evidence = new ArrayList<>();
    if (random.nextInt(6) == 0) {
      final ValidatorModel.Evidence entry = natives.evidence(random, false);
      evidence.add(ValidatorModel.encode(entry));
      model.natives.validators.punish(entry, null);
    }
    final List<Transaction> transactions = new ArrayList<>();
    final List<Wave.Entry> entries = new ArrayList<>();
    final int[] ahead = new int[USERS];
    natives.beginWave();
    for (int i = 0; i < PER_WAVE; i++) {
      final NativeDraw.Inner inner = natives.pollInner();
      final Transaction transaction =
          inner == null ? transaction(random, ahead) : inner.transaction();
      transactions.add(transaction);
      entries.add(
          new Wave.Entry(
              TransactionEncoder.encode(transaction),
              false,
              inner == null ? null : inner.commitment()));
    }
    final Wave wave =
        new Wave(context, chain.store.head().root().blake3(), entries, List.of(), evidence);
    final WaveResult result = chain.run(wave);
    for (int i = 0; i < transactions.size(); i++) {
      final Transaction transaction = transactions.get(i);
      final String where = name + ", transaction " + i + " " + transaction.type();
      final WaveModel.Expected expected =
          model.apply(transaction, entries.get(i).bytes(), entries.get(i).revealOf());
      compare(where, result.receipts().get(i), expected);
      if (expected.code() == 0) {
        succeeded.merge(transaction.type(), 1, Integer::sum);
      }
    }
    model.endWave(chain.anchor);
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
            HexFormat.of().formatHex(receipt.returnData()),
            receipt.events().stream().map(WaveModelTest::text).toList());
    assertThat(actual).as(where).isEqualTo(expected);
  }

  private static String text(Event event) {
    final StringBuilder text = new StringBuilder(event.contract().toString());
    event.topics().forEach(topic -> text.append(' ').append(topic.toHex()));
    return text.append(" : ").append(HexFormat.of().formatHex(event.data())).toString();
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
    compareNatives(ledger, name);
    model.work.forEach(
        (contract, count) ->
            assertThat(ledger.number(FakeContracts.counter(contract))).isEqualTo((long) count));
  }

  private void compareNatives(Ledger ledger, String name) {
    final ValidatorModel validators = model.natives.validators;
    validators.byAddress.forEach(
        (address, validator) -> {
          final ValidatorRecord record = Validators.get(ledger, address);
          assertThat(record).as(name).isNotNull();
          assertThat(record.status().name()).as(name).isEqualTo(validator.status);
          assertThat(record.stake().toBigInteger()).as(name).isEqualTo(validator.stake);
          assertThat(record.publicKey()).as(name).isEqualTo(validator.key);
          assertThat(record.unbondAt()).as(name).isEqualTo(validator.unbondAt);
          assertThat(record.jailUntil()).as(name).isEqualTo(validator.jailUntil);
        });
    for (long id = 0; id < 500; id++) {
      final SlashEscrow escrow = SlashEscrow.get(ledger, id);
      final ValidatorModel.Escrow expected = validators.escrows.get(id);
      assertThat(escrow == null ? null : escrow.amount().toBigInteger())
          .as(name + ", escrow " + id)
          .isEqualTo(expected == null ? null : expected.amount);
    }
    model.natives.owned.byAddress.forEach(
        (address, owned) -> {
          final ContractRecord record = ledger.contract(address);
          assertThat(record.owner()).as(name).isEqualTo(owned.owner);
          assertThat(record.deposit().toBigInteger()).as(name).isEqualTo(owned.deposit);
          assertThat(ledger.activeCode(ledger.account(address), model.wave))
              .as(name)
              .isEqualTo(owned.active(model.wave));
        });
    model.natives.promises.forEach(
        (commitment, promise) ->
            assertThat(CommitRecord.get(ledger, commitment).bond().toBigInteger())
                .as(name)
                .isEqualTo(promise.bond));
    assertThat(ledger.number(SystemSlot.MULTISIG_NONCE)).isEqualTo(model.natives.multisigNonce);
    assertThat(ledger.amount(SystemSlot.TOTAL_MINTED).toBigInteger()).isEqualTo(validators.minted);
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
      case 0, 1, 2, 3 -> builder.to(recipient(random)).value(amount(random));
      case 4, 5, 6, 7 -> call(random, builder);
      case 8 ->
          builder
              .type(TransactionType.REGISTER_PUBKEY)
              .data(TestChain.key(random.nextInt(5) == 0 ? 0 : user))
              .signature(new byte[random.nextInt(4) / 3]);
      case 9 -> builder.to(recipient(random)).value(1).payer(FeePayer.GAS_TANK);
      default -> natives.fill(random, builder, user);
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
    switch (random.nextInt(8)) {
      case 0 -> builder.payer(FeePayer.GAS_TANK);
      case 1 -> builder.payer(new FeePayer.Paymaster(random.nextBoolean() ? CONTRACT : SECOND));
      default -> {}
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
      case 1 -> random.nextInt(30) == 0 ? 900_000_000_000_000L : 5_000_000_000L;
      case 2 -> random.nextInt(100);
      default -> random.nextInt(1_000_000_000);
    };
  }
}
