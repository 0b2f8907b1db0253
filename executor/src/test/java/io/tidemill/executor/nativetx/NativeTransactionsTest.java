package io.tidemill.executor.nativetx;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeTransactionsTest {
  private static final U128 STAKE = U128.of(10_000_000_000_000L);
  private static final Address CONTRACT = Addresses.contract("tank");
  private static final byte[] CODE = {1, 2, 3};

  /** Epochs of ten waves, short unbonding and windows, so that tests can wait. */
  private static Rules rules() {
    final Rules rules = Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    return new Rules(
        rules.version(),
        rules.chainId(),
        rules.profile(),
        rules.floats(),
        rules.signatures(),
        rules.execution(),
        rules.gas(),
        rules.fees(),
        rules.lifecycle(),
        new Rules.Staking(10, STAKE, 3, 5, U128.of(10_000_000_000L)),
        rules.nativeGas(),
        rules.rewards(),
        new Rules.Slashing(2, rules.slashing().offenses(), 5_000, 3_000, 42, 5_000, 5, 168, 1),
        new Rules.CommitReveal(3, U128.of(1_000_000_000L), 100),
        rules.wasmLimits(),
        rules.fuelSchedule());
  }

  /** A signature is good when its first byte is the last byte of the key. */
  private static final SignatureVerifier FIRST_BYTE =
      (key, message, signature) -> signature.length > 0 && signature[0] == key[896];

  private static TestChain chain() {
    return new TestChain(
        rules(),
        FIRST_BYTE,
        ledger -> {
          MultisigBundle.putSigners(
              ledger, List.of(TestChain.key(1), TestChain.key(2), TestChain.key(3)), 2);
          ledger.credit(Addresses.TREASURY, U128.of(1_000_000));
          ledger.put(
              Account.empty(CONTRACT)
                  .asContract(Blake3.hash(CODE))
                  .withGasTank(U128.of(1_000_000_000)));
          ledger.putContract(CONTRACT, ContractRecord.of(user(4), U128.of(5)));
        });
  }

  private static Receipt run(TestChain chain, Transaction transaction) {
    final U128 before = supply(chain);
    final WaveResult result = chain.run(transaction);
    assertThat(supply(chain)).as("supply").isEqualTo(before);
    return result.receipts().getFirst();
  }

  /** All quanta that the tests of this class can put anywhere, less what was minted, plus burnt. */
  private static U128 supply(TestChain chain) {
    final Ledger ledger = chain.state();
    U128 sum = ledger.amount(SystemSlot.TOTAL_BURNED);
    for (int i = 0; i < 80; i++) {
      sum = sum.plus(holdings(ledger, user(i)));
    }
    for (Address address :
        List.of(Addresses.TREASURY, Addresses.REWARD_POOL, Addresses.AIRDROP_POOL, CONTRACT)) {
      sum = sum.plus(holdings(ledger, address));
    }
    for (long id = 0; id < 10; id++) {
      final SlashEscrow escrow = SlashEscrow.get(ledger, id);
      sum = escrow == null ? sum : sum.plus(escrow.amount());
    }
    for (int i = 0; i < 20; i++) {
      final CommitRecord commit = CommitRecord.get(ledger, commitment(i));
      sum = commit == null ? sum : sum.plus(commit.bond());
    }
    return sum.minus(ledger.amount(SystemSlot.TOTAL_MINTED));
  }

  private static U128 holdings(Ledger ledger, Address address) {
    final Account account = ledger.account(address);
    final ValidatorRecord validator = Validators.get(ledger, address);
    U128 sum = account == null ? U128.ZERO : account.balance().plus(account.gasTank());
    sum = validator == null ? sum : sum.plus(validator.stake());
    return sum;
  }

  private static void assertOk(Receipt receipt) {
    assertThat(receipt.status()).as("code " + receipt.code()).isEqualTo(Receipt.Status.SUCCESS);
  }

  private static void assertRefused(Receipt receipt, RejectCode code) {
    assertThat(receipt.code()).isEqualTo(code.number());
    assertThat(receipt.gasUsed()).isEqualTo(21_000);
  }

  private static Transaction bond(int operator, long nonce, int validator) {
    return tx(operator, nonce)
        .type(TransactionType.STAKE_DEPOSIT)
        .value(STAKE)
        .data(TestChain.key(validator))
        .build();
  }

  private static byte[] bundle(byte[] payload, int... signers) {
    final BorshWriter out = new BorshWriter().fixed(payload).u32(signers.length);
    for (int signer : signers) {
      out.u32(signer).bytes(new byte[] {TestChain.key(signer + 1)[896]});
    }
    return out.toBytes();
  }

  private static byte[] spend(Address target, long amount) {
    final BorshWriter out = new BorshWriter().hash32(target.raw());
    U128.of(amount).write(out);
    return out.toBytes();
  }

  @Test
  void shouldBondUnbondAndLeave() {
    final TestChain chain = chain();
    assertOk(run(chain, bond(0, 0, 50)));
    final Address validator = user(50);
    assertThat(Validators.get(chain.state(), validator).stake()).isEqualTo(STAKE);
    assertRefused(run(chain, bond(0, 1, 50)), RejectCode.PRECONDITION_FAILED);
    assertOk(run(chain, tx(0, 2).to(validator).value(1_000_000_000L).build()));
    final Transaction withdraw = tx(50, 0).type(TransactionType.STAKE_WITHDRAW).build();
    assertOk(run(chain, withdraw));
    assertRefused(
        run(chain, tx(50, 1).type(TransactionType.STAKE_WITHDRAW).build()),
        RejectCode.PRECONDITION_FAILED);
    assertOk(run(chain, tx(50, 2).type(TransactionType.CLAIM_REWARD).build()));
    assertThat(Validators.get(chain.state(), validator).status())
        .isEqualTo(ValidatorRecord.Status.UNBONDING);
    for (int i = 0; i < 5; i++) {
      chain.run();
    }
    final U128 before = chain.balance(validator);
    final Receipt left = run(chain, tx(50, 3).type(TransactionType.CLAIM_REWARD).build());
    assertOk(left);
    assertThat(chain.balance(validator)).isEqualTo(before.plus(STAKE).minus(left.feePaid()));
    assertThat(Validators.get(chain.state(), validator).status())
        .isEqualTo(ValidatorRecord.Status.EXITED);
  }

  @Test
  void shouldCapTheValidatorsOfAnOperator() {
    final TestChain chain = chain();
    assertOk(run(chain, bond(0, 0, 50)));
    assertOk(run(chain, bond(0, 1, 51)));
    assertOk(run(chain, bond(0, 2, 52)));
    assertRefused(run(chain, bond(0, 3, 53)), RejectCode.PRECONDITION_FAILED);
    assertOk(run(chain, bond(1, 0, 53)));
  }

  @Test
  void shouldRefuseATooSmallStakeAndABadKey() {
    final TestChain chain = chain();
    assertRefused(
        run(
            chain,
            tx(0, 0)
                .type(TransactionType.STAKE_DEPOSIT)
                .value(STAKE.minus(U128.of(1)))
                .data(TestChain.key(50))
                .build()),
        RejectCode.PRECONDITION_FAILED);
    assertRefused(
        run(
            chain,
            tx(0, 1).type(TransactionType.STAKE_DEPOSIT).value(STAKE).data(new byte[897]).build()),
        RejectCode.MALFORMED_PAYLOAD);
  }

  @Test
  void shouldRotateTheKeysOfAValidator() {
    final TestChain chain = chain();
    run(chain, bond(0, 0, 50));
    run(chain, tx(0, 1).to(user(50)).value(1_000_000_000L).build());
    assertOk(
        run(
            chain,
            tx(50, 0).type(TransactionType.ROTATE_VALIDATOR_KEYS).data(TestChain.key(60)).build()));
    final Account account = chain.state().account(user(50));
    assertThat(((AuthKeys.Single) account.authKeys()).publicKey()).isEqualTo(TestChain.key(60));
    assertThat(account.keyNonce()).isEqualTo(1);
    assertThat(Validators.get(chain.state(), user(50)).publicKey()).isEqualTo(TestChain.key(60));
  }

  private static SlashEvidence safety(int offense, long epoch, Address offender, int key) {
    final byte[] header = new BorshWriter().u8(offense).u64(epoch).u64(3).u64(4).toBytes();
    return new SlashEvidence(
        SlashEvidence.SAFETY,
        offense,
        offender,
        epoch,
        3,
        4,
        new BorshWriter().fixed(header).fixed(new byte[32]).toBytes(),
        new byte[] {(byte) key},
        new BorshWriter().fixed(header).fixed(new byte[33]).toBytes(),
        new byte[] {(byte) key},
        null);
  }

  private static Transaction report(int reporter, long nonce, SlashEvidence evidence) {
    return tx(reporter, nonce).type(TransactionType.SLASH).data(evidence.encode()).build();
  }

  @Test
  void shouldJailAtOnceAndSettleTheSlashAfterTheDisputeWindow() {
    final TestChain chain = chain();
    run(chain, bond(0, 0, 50));
    final SlashEvidence evidence = safety(1, 0, user(50), 50);
    assertRefused(run(chain, report(0, 1, evidence)), RejectCode.PRECONDITION_FAILED);
    assertRefused(
        run(chain, report(5, 0, safety(1, 0, user(50), 51))), RejectCode.PRECONDITION_FAILED);
    assertOk(run(chain, report(5, 1, evidence)));
    assertRefused(run(chain, report(6, 0, evidence)), RejectCode.PRECONDITION_FAILED);
    final ValidatorRecord jailed = Validators.get(chain.state(), user(50));
    assertThat(jailed.status()).isEqualTo(ValidatorRecord.Status.JAILED);
    // Ten percent, halved in the validator's first epoch.
    final U128 held = U128.of(500_000_000_000L);
    assertThat(SlashEscrow.get(chain.state(), 0).amount()).isEqualTo(held);
    final U128 before = chain.balance(user(5));
    while (SlashEscrow.get(chain.state(), 0) != null) {
      chain.run();
    }
    assertThat(chain.store.head().wave()).isEqualTo(20);
    assertThat(chain.balance(user(5))).isEqualTo(before.plus(U128.of(100_000_000_000L)));
    // What remains is below the least stake: the validator has left, the rest is the operator's.
    assertThat(Validators.get(chain.state(), user(50)).status())
        .isEqualTo(ValidatorRecord.Status.EXITED);
  }

  @Test
  void shouldLetTheMultisigVoidAndReduceASlash() {
    final TestChain chain = chain();
    run(chain, bond(0, 0, 50));
    run(chain, report(5, 0, safety(1, 0, user(50), 50)));
    final byte[] reduce = new BorshWriter().u64(0).u8(1).u16(100).toBytes();
    assertOk(
        run(
            chain,
            tx(6, 0).type(TransactionType.DISPUTE_SLASH).data(bundle(reduce, 0, 1)).build()));
    assertThat(SlashEscrow.get(chain.state(), 0).amount()).isEqualTo(U128.of(100_000_000_000L));
    final byte[] cancel = new BorshWriter().u64(0).u8(0).toBytes();
    assertOk(
        run(
            chain,
            tx(6, 1).type(TransactionType.DISPUTE_SLASH).data(bundle(cancel, 0, 1)).build()));
    assertThat(SlashEscrow.get(chain.state(), 0)).isNull();
    assertThat(Validators.get(chain.state(), user(50)).stake()).isEqualTo(STAKE);
    assertRefused(
        run(chain, tx(6, 2).type(TransactionType.DISPUTE_SLASH).data(bundle(cancel, 0, 1)).build()),
        RejectCode.PRECONDITION_FAILED);
  }

  @Test
  void shouldSlashDowntimeBySystemEntryOnly() {
    final TestChain chain = chain();
    run(chain, bond(0, 0, 50));
    final SlashEvidence evidence =
        new SlashEvidence(
            3, 5, user(50), 0, 0, 0, new byte[0], new byte[0], new byte[0], new byte[0], null);
    assertRefused(run(chain, report(5, 0, evidence)), RejectCode.MALFORMED_PAYLOAD);
    final Wave wave = chain.wave(List.of());
    chain.run(
        new Wave(
            wave.context(), wave.parentRoot(), List.of(), List.of(), List.of(evidence.encode())));
    assertThat(SlashEscrow.get(chain.state(), 0).reporter()).isNull();
    assertThat(Validators.get(chain.state(), user(50)).status())
        .isEqualTo(ValidatorRecord.Status.JAILED);
  }

  @Test
  void shouldUnjailForAFee() {
    final TestChain chain = chain();
    final Transaction twice =
        tx(0, 0)
            .type(TransactionType.STAKE_DEPOSIT)
            .value(STAKE.times(2))
            .data(TestChain.key(50))
            .build();
    assertOk(run(chain, twice));
    run(chain, tx(0, 1).to(user(50)).value(50_000_000_000L).build());
    run(chain, report(5, 0, safety(1, 0, user(50), 50)));
    assertRefused(
        run(chain, tx(50, 0).type(TransactionType.UNJAIL).build()), RejectCode.PRECONDITION_FAILED);
    while (chain.store.head().wave() < 13) {
      chain.run();
    }
    final U128 burnt = chain.state().amount(SystemSlot.TOTAL_BURNED);
    assertOk(run(chain, tx(50, 1).type(TransactionType.UNJAIL).build()));
    assertThat(chain.state().amount(SystemSlot.TOTAL_BURNED))
        .isEqualTo(burnt.plus(U128.of(10_000_000_000L)).plus(U128.of(630_000)));
    assertThat(Validators.get(chain.state(), user(50)).status())
        .isEqualTo(ValidatorRecord.Status.ACTIVE);
  }

  @Test
  void shouldSpendTheTreasuryByMultisigOnly() {
    final TestChain chain = chain();
    final byte[] payload = spend(user(9), 1_000);
    final Receipt paid =
        run(chain, tx(0, 0).type(TransactionType.MULTISIG).data(bundle(payload, 2, 0)).build());
    assertOk(paid);
    assertThat(paid.gasUsed()).isEqualTo(150_000);
    assertThat(chain.balance(user(9))).isEqualTo(TestChain.RICH.plus(U128.of(1_000)));
    assertThat(chain.state().number(SystemSlot.MULTISIG_NONCE)).isEqualTo(1);
    long nonce = 1;
    for (byte[] bad : List.of(bundle(payload, 0), bundle(payload, 0, 0), bundle(payload, 0, 3))) {
      assertRefused(
          run(chain, tx(0, nonce++).type(TransactionType.MULTISIG).data(bad).build()),
          RejectCode.BUNDLE_INVALID);
    }
    final byte[] forged =
        new BorshWriter()
            .fixed(payload)
            .u32(2)
            .u32(0)
            .bytes(new byte[] {99})
            .u32(1)
            .bytes(new byte[] {99})
            .toBytes();
    assertRefused(
        run(chain, tx(0, nonce++).type(TransactionType.MULTISIG).data(forged).build()),
        RejectCode.BUNDLE_INVALID);
    final Receipt poor =
        run(
            chain,
            tx(0, nonce++)
                .type(TransactionType.MULTISIG)
                .gas(149_999)
                .data(bundle(payload, 0, 1))
                .build());
    assertThat(poor.status()).isEqualTo(Receipt.Status.OUT_OF_GAS);
    assertThat(poor.gasUsed()).isEqualTo(149_999);
    for (byte[] bad : List.of(spend(Addresses.TREASURY, 1), spend(user(0), 1), spend(user(9), 0))) {
      assertRefused(
          run(chain, tx(0, nonce++).type(TransactionType.MULTISIG).data(bundle(bad, 0, 1)).build()),
          RejectCode.PRECONDITION_FAILED);
    }
    assertRefused(
        run(
            chain,
            tx(0, nonce)
                .type(TransactionType.MULTISIG)
                .data(bundle(spend(user(9), 999_999_999L), 0, 1))
                .build()),
        RejectCode.PRECONDITION_FAILED);
    assertThat(chain.state().number(SystemSlot.MULTISIG_NONCE)).isEqualTo(1);
  }

  @Test
  void shouldSignTheCanonicalMessagesOfTheVectors() {
    assertThat(
            MultisigBundle.message(
                TransactionType.MULTISIG,
                0,
                spend(new Address(Hash32.fromHex("22".repeat(32))), 5)))
        .hasToString("65eb6b795c2a9ddab09a3583d83db0103174f0e86671fb217217cc067822855a");
    assertThat(MultisigBundle.message(TransactionType.EMERGENCY_PAUSE, 0, new byte[0]))
        .hasToString("6209e6b4468ef1888f480adf43e0a19c2773b01aa1819b15e1f76aaba76e26ff");
  }

  @Test
  void shouldReplaceTheSignersAndKeepTheNonce() {
    final TestChain chain = chain();
    final byte[] payload = new BorshWriter().u32(1).bytes(TestChain.key(4)).u8(1).toBytes();
    final Receipt receipt =
        run(
            chain,
            tx(0, 0).type(TransactionType.ROTATE_MULTISIG).data(bundle(payload, 0, 1)).build());
    assertOk(receipt);
    assertThat(receipt.gasUsed()).isEqualTo(170_000);
    assertThat(MultisigBundle.signers(chain.state())).hasSize(1);
    assertThat(chain.state().number(SystemSlot.MULTISIG_NONCE)).isEqualTo(1);
    final byte[] empty = new BorshWriter().u32(0).u8(0).toBytes();
    assertRefused(
        run(
            chain,
            tx(0, 1).type(TransactionType.ROTATE_MULTISIG).data(bundle(empty, 0, 1)).build()),
        RejectCode.PRECONDITION_FAILED);
  }

  @Test
  void shouldExecuteNothingButAResumeWhilePaused() {
    final TestChain chain = chain();
    final byte[] signatures = bundle(new byte[0], 0, 1);
    final WaveResult wave =
        chain.run(
            tx(0, 0).to(user(1)).build(),
            tx(0, 1).type(TransactionType.EMERGENCY_PAUSE).data(signatures).build(),
            tx(0, 2).to(user(1)).build());
    assertThat(wave.receipts().stream().map(Receipt::code))
        .containsExactly(0, 0, RejectCode.PAUSED.number());
    assertThat(chain.run(tx(1, 0).to(user(0)).build()).receipts().getFirst().code())
        .isEqualTo(RejectCode.PAUSED.number());
    assertOk(run(chain, tx(0, 2).type(TransactionType.EMERGENCY_RESUME).data(signatures).build()));
    assertOk(run(chain, tx(1, 0).to(user(0)).build()));
    assertRefused(
        run(chain, tx(0, 3).type(TransactionType.EMERGENCY_RESUME).data(signatures).build()),
        RejectCode.PRECONDITION_FAILED);
    final byte[] threeWaves = new BorshWriter().fixed(signatures).u64(3).toBytes();
    assertOk(run(chain, tx(0, 4).type(TransactionType.EMERGENCY_PAUSE).data(threeWaves).build()));
    for (int i = 0; i < 3; i++) {
      assertThat(chain.run(tx(1, 1).to(user(0)).build()).receipts().getFirst().code())
          .isEqualTo(RejectCode.PAUSED.number());
    }
    assertOk(run(chain, tx(1, 1).to(user(0)).build()));
  }

  @Test
  void shouldPayTheAirdropOncePerLeafUntilTheDeadline() {
    final Hash32 left = ClaimAirdrop.leaf(0, user(0), U128.of(100));
    final Hash32 right = ClaimAirdrop.leaf(1, user(1), U128.of(200));
    final TestChain chain =
        new TestChain(
            rules(),
            FIRST_BYTE,
            ledger -> {
              ledger.credit(Addresses.AIRDROP_POOL, U128.of(300));
              ledger
                  .overlay()
                  .put(
                      StateKeys.system(SystemSlot.AIRDROP_ROOT),
                      Poseidon2.pair(left, right).toBytes());
              ledger.putNumber(SystemSlot.AIRDROP_DEADLINE, 4);
            });
    assertThat(ClaimAirdrop.leaf(0, new Address(Hash32.fromHex("11".repeat(32))), U128.of(1)))
        .hasToString("f05c4b1915b05a4a4f43ccc0387052faf001af5902b5542721b48b6cc3d9e6b8");
    final Receipt claimed = run(chain, claim(1, 0, 1, 200, left));
    assertOk(claimed);
    assertThat(claimed.gasUsed()).isEqualTo(35_000);
    assertRefused(run(chain, claim(1, 1, 1, 200, left)), RejectCode.PRECONDITION_FAILED);
    assertRefused(run(chain, claim(2, 0, 0, 100, right)), RejectCode.PRECONDITION_FAILED);
    final Transaction sweep = tx(3, 0).type(TransactionType.SWEEP_AIRDROP).build();
    assertRefused(run(chain, sweep), RejectCode.PRECONDITION_FAILED);
    assertRefused(run(chain, claim(0, 0, 0, 100, right)), RejectCode.PRECONDITION_FAILED);
    final U128 treasury = chain.balance(Addresses.TREASURY);
    final Receipt swept = run(chain, tx(3, 1).type(TransactionType.SWEEP_AIRDROP).build());
    assertOk(swept);
    assertThat(chain.balance(Addresses.TREASURY))
        .isEqualTo(treasury.plus(U128.of(100)).plus(U128.of(800_000)));
  }

  private static Transaction claim(int user, long nonce, long index, long amount, Hash32 sibling) {
    final BorshWriter out = new BorshWriter().u64(index);
    U128.of(amount).write(out);
    return tx(user, nonce)
        .type(TransactionType.CLAIM_AIRDROP)
        .data(out.u8(1).hash32(sibling).toBytes())
        .build();
  }

  private static final Hash32 NONCE = Blake3.hash(new byte[] {42});

  private static Transaction inner(int i) {
    return tx(7, i).to(user(8)).value(500).build();
  }

  private static Hash32 commitment(int i) {
    return CommitRecord.commitment(TransactionEncoder.encode(inner(i)), NONCE);
  }

  private static Transaction commit(int user, long nonce, int i, long ceiling, long bond) {
    final BorshWriter out = new BorshWriter().hash32(commitment(i));
    U128.of(ceiling).write(out);
    return tx(user, nonce).type(TransactionType.COMMIT).value(bond).data(out.toBytes()).build();
  }

  private static Transaction reveal(int user, long nonce, int i) {
    return tx(user, nonce)
        .type(TransactionType.REVEAL)
        .data(
            new BorshWriter()
                .hash32(commitment(i))
                .hash32(NONCE)
                .bytes(TransactionEncoder.encode(inner(i)))
                .toBytes())
        .build();
  }

  private static Wave.Entry innerEntry(int i, int revealOf) {
    return new Wave.Entry(TransactionEncoder.encode(inner(i)), false, commitment(revealOf));
  }

  @Test
  void shouldRunARevealedTransactionInTheWaveOfItsReveal() {
    final TestChain chain = chain();
    assertRefused(run(chain, commit(6, 0, 0, 500, 999_999_999L)), RejectCode.PRECONDITION_FAILED);
    assertOk(run(chain, commit(6, 1, 0, 500, 1_000_000_000L)));
    assertOk(run(chain, commit(6, 2, 1, 499, 1_000_000_000L)));
    final U128 before = supply(chain);
    final WaveResult result =
        chain.run(
            chain.wave(
                List.of(
                    innerEntry(0, 0),
                    TestChain.entry(reveal(5, 0, 0)),
                    TestChain.entry(reveal(5, 1, 1)),
                    TestChain.entry(reveal(4, 0, 0)),
                    innerEntry(0, 1),
                    innerEntry(0, 0),
                    innerEntry(1, 1))));
    assertThat(result.receipts().stream().map(Receipt::code))
        .containsExactly(
            RejectCode.REVEAL_MISMATCH.number(),
            0,
            0,
            RejectCode.PRECONDITION_FAILED.number(),
            RejectCode.REVEAL_MISMATCH.number(),
            0,
            RejectCode.VALUE_CEILING_EXCEEDED.number());
    assertThat(supply(chain)).isEqualTo(before);
    assertThat(chain.balance(user(8))).isEqualTo(TestChain.RICH.plus(U128.of(500)));
  }

  @Test
  void shouldBurnTheBondOfACommitmentThatIsNotOpenedInItsWindow() {
    final TestChain chain = chain();
    final U128 before = supply(chain);
    assertOk(run(chain, commit(6, 0, 0, 0, 1_000_000_000L)));
    assertThat(run(chain, tx(6, 1).to(user(0)).build()).code()).isZero();
    chain.run();
    chain.run();
    final U128 burnt = chain.state().amount(SystemSlot.TOTAL_BURNED);
    chain.run();
    assertThat(chain.state().amount(SystemSlot.TOTAL_BURNED))
        .isEqualTo(burnt.plus(U128.of(1_000_000_000L)));
    assertRefused(run(chain, reveal(5, 0, 0)), RejectCode.PRECONDITION_FAILED);
    assertThat(supply(chain)).isEqualTo(before);
  }

  @Test
  void shouldComputeBondsWithoutOverflow() {
    final Rules.CommitReveal rules = Rules.CommitReveal.DEFAULT;
    assertThat(Commit.leastBond(U128.ZERO, rules)).isEqualTo(U128.of(1_000_000_000L));
    assertThat(Commit.leastBond(U128.of(50_000_000_000L), rules))
        .isEqualTo(U128.of(1_000_000_000L));
    assertThat(Commit.leastBond(U128.of(2_000_000_000_000L), rules))
        .isEqualTo(U128.of(20_000_000_000L));
    assertThat(Commit.leastBond(U128.MAX, rules)).isEqualTo(U128.MAX.dividedBy(100));
  }

  @Test
  void shouldFillUseAndEmptyAGasTank() {
    final TestChain chain = chain();
    assertOk(
        run(
            chain,
            tx(0, 0)
                .type(TransactionType.DEPOSIT_GAS_TANK)
                .value(500)
                .data(CONTRACT.toBytes())
                .build()));
    assertThat(chain.state().account(CONTRACT).gasTank()).isEqualTo(U128.of(1_000_000_500));
    final U128 before = chain.balance(user(3));
    final Receipt sponsored =
        run(
            chain,
            tx(3, 0)
                .to(CONTRACT)
                .data(new CallPayload("free", new byte[] {1}).encode())
                .gas(30_000)
                .payer(FeePayer.GAS_TANK)
                .build());
    assertOk(sponsored);
    assertThat(sponsored.feePayer()).isEqualTo(CONTRACT);
    assertThat(chain.balance(user(3))).isEqualTo(before);
    assertRefused(run(chain, withdraw(0, 1, 1)), RejectCode.NOT_OWNER);
    assertOk(run(chain, withdraw(4, 0, 7)));
    assertRefused(run(chain, withdraw(4, 1, 9_000_000_000L)), RejectCode.PRECONDITION_FAILED);
    assertThat(chain.balance(user(2))).isEqualTo(TestChain.RICH.plus(U128.of(7)));
  }

  private static Transaction withdraw(int owner, long nonce, long amount) {
    final BorshWriter out = new BorshWriter().hash32(CONTRACT.raw());
    U128.of(amount).write(out);
    return tx(owner, nonce)
        .type(TransactionType.WITHDRAW_GAS_TANK)
        .data(out.hash32(user(2).raw()).toBytes())
        .build();
  }

  @Test
  void shouldRewardOperatorsInTheFirstWaveOfAnEpoch() {
    final TestChain chain = chain();
    chain.anchor = 1_000;
    run(chain, bond(0, 0, 50));
    run(chain, bond(1, 0, 51));
    chain.anchor = 1;
    while (chain.store.head().wave() < 9) {
      chain.run();
    }
    final U128 first = chain.balance(user(0));
    final U128 second = chain.balance(user(1));
    final U128 pool = chain.balance(Addresses.REWARD_POOL);
    chain.run();
    final U128 budget = U128.of(2L * 13_698_630_136L);
    assertThat(chain.state().amount(SystemSlot.TOTAL_MINTED)).isEqualTo(budget.minus(pool));
    final U128 quarter = budget.dividedBy(4);
    assertThat(chain.balance(user(0))).isEqualTo(first.plus(quarter));
    assertThat(chain.balance(user(1))).isEqualTo(second.plus(quarter).plus(quarter.times(2)));
    assertThat(chain.state().number(SystemSlot.NEXT_DISTRIBUTION_EPOCH)).isEqualTo(2);
  }

  @Test
  void shouldRejectEnvelopesOfAnotherShape() {
    final TestChain chain = chain();
    long nonce = 0;
    for (TransactionType type : TransactionType.values()) {
      if (type == TransactionType.STANDARD || type == TransactionType.REGISTER_PUBKEY) {
        continue;
      }
      final Receipt toSomebody = run(chain, tx(0, nonce++).type(type).to(user(1)).build());
      assertRefused(toSomebody, RejectCode.INVALID_RECIPIENT);
      final Receipt garbage =
          run(chain, tx(0, nonce++).type(type).data(new byte[] {1, 2, 3}).build());
      assertRefused(garbage, RejectCode.MALFORMED_PAYLOAD);
    }
    final Receipt value =
        run(chain, tx(0, nonce).type(TransactionType.STAKE_WITHDRAW).value(1).build());
    assertRefused(value, RejectCode.MALFORMED_PAYLOAD);
  }
}
