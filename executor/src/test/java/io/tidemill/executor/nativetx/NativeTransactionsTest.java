package io.tidemill.executor.nativetx;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.FakeContracts;
import io.tidemill.executor.Preparation;
import io.tidemill.executor.Prepared;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeTransactionsTest extends NativeFixture {
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

  /**
   * Both signatures are checked once, in the pre-pass; another nonce is checked when it is known.
   */
  @Test
  void shouldCheckTheSignaturesOfABundleAheadOfTheOrder() {
    final TestChain chain = chain();
    final AtomicInteger asked = new AtomicInteger();
    final SignatureVerifier counting =
        (key, message, signature) -> {
          asked.incrementAndGet();
          return FIRST_BYTE.verify(key, message, signature);
        };
    final byte[] spend = bundle(spend(user(5), 300), 0, 2);
    final Wave wave =
        chain.wave(
            List.of(TestChain.entry(tx(0, 0).type(TransactionType.MULTISIG).data(spend).build())));
    final ExecutorParts parts =
        new ExecutorParts(ChainSpecification.always(rules()), new FakeContracts(), counting);
    try (Snapshot base = chain.store.snapshot()) {
      final Prepared prepared = new Preparation(counting).prepare(wave, base, rules())[0];
      assertThat(asked).hasValue(2);
      assertThat(prepared.bundle()).isNotNull();
      asked.set(0);
      final WaveResult result =
          new SerialWaveExecutor(parts).execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      assertOk(result.receipts().getFirst());
      assertThat(asked).hasValue(2);
    }
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
