package io.tidemill.executor;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.NonceWindow;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Outcome classes of state-and-transactions 1.7, fees of section 6, wave rules of 4. */
class SerialWaveExecutorTest {
  private static final Address TOKEN = Addresses.contract("token");
  private static final byte[] WASM = {0, 1, 2, 3};

  private static byte[] call(String function) {
    return new CallPayload(function, new byte[] {7}).encode();
  }

  private static Transaction deploy(int sender, long nonce) {
    return tx(sender, nonce)
        .type(TransactionType.DEPLOY)
        .data(new DeployData("token", WASM, 0, new byte[0]).encode())
        .build();
  }

  private static Receipt only(WaveResult result) {
    assertThat(result.receipts()).hasSize(1);
    return result.receipts().getFirst();
  }

  private static void assertNothingChanged(TestChain chain, WaveResult result, RejectCode code) {
    final Receipt receipt = only(result);
    assertThat(receipt.code()).isEqualTo(code.number());
    assertThat(receipt.status()).isEqualTo(Receipt.Status.REVERTED);
    assertThat(receipt.category()).isEqualTo(Receipt.Category.ENGINE_VALIDATION);
    assertThat(receipt.gasUsed()).isZero();
    assertThat(receipt.feePaid()).isEqualTo(U128.ZERO);
    assertThat(receipt.feePayer()).isNull();
    assertThat(receipt.nonceConsumed()).isFalse();
    assertThat(result.delta().size()).isZero();
    assertThat(code.outcome()).isEqualTo(RejectCode.OutcomeClass.NOT_EXECUTED);
  }

  private static void assertRejected(Receipt receipt, RejectCode code) {
    assertThat(receipt.code()).isEqualTo(code.number());
    assertThat(receipt.status()).isEqualTo(Receipt.Status.REVERTED);
    assertThat(receipt.gasUsed()).isEqualTo(21_000);
    assertThat(receipt.nonceConsumed()).isTrue();
    assertThat(receipt.events()).isEmpty();
  }

  @Test
  void shouldMoveValueAndSplitTheFee() {
    final TestChain chain = new TestChain();
    final WaveResult result = chain.run(tx(0, 0).to(user(1)).value(5).build());
    final Receipt receipt = only(result);
    assertThat(receipt.status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(receipt.gasUsed()).isEqualTo(21_000);
    assertThat(receipt.feePaid()).isEqualTo(U128.of(2_100_000));
    assertThat(receipt.feePayer()).isEqualTo(user(0));
    assertThat(chain.balance(user(0))).isEqualTo(TestChain.RICH.minus(U128.of(2_100_005)));
    assertThat(chain.balance(user(1))).isEqualTo(TestChain.RICH.plus(U128.of(5)));
    assertThat(chain.state().amount(SystemSlot.TOTAL_BURNED)).isEqualTo(U128.of(630_000));
    assertThat(chain.balance(Addresses.REWARD_POOL)).isEqualTo(U128.of(1_050_000));
    assertThat(chain.balance(Addresses.TREASURY)).isEqualTo(U128.of(420_000));
    assertThat(result.totals())
        .isEqualTo(
            new WaveResult.Totals(
                U128.of(21_000),
                U128.of(2_100_000),
                U128.of(630_000),
                U128.of(1_050_000),
                U128.of(420_000)));
    assertThat(chain.state().account(user(0)).nonce()).isEqualTo(new NonceWindow(1, 0));
  }

  @Test
  void shouldCreateTheRecipientOnlyWhenItReceivesSomething() {
    final TestChain chain = new TestChain();
    final Address stranger = new Address(Blake3.hash(new byte[] {1}));
    chain.run(tx(0, 0).to(stranger).build());
    assertThat(chain.state().account(stranger)).isNull();
    chain.run(tx(0, 1).to(stranger).value(1).build());
    assertThat(chain.state().account(stranger))
        .isEqualTo(Account.empty(stranger).withBalance(U128.of(1)));
  }

  @Test
  void shouldMoveNothingButTheFeeWhenASenderPaysItself() {
    final TestChain chain = new TestChain();
    chain.run(tx(0, 0).to(user(0)).value(1_000).build());
    assertThat(chain.balance(user(0))).isEqualTo(TestChain.RICH.minus(U128.of(2_100_000)));
  }

  @Test
  void shouldRejectTheZeroAddressAsRecipient() {
    final TestChain chain = new TestChain();
    assertRejected(only(chain.run(tx(0, 0).value(1).build())), RejectCode.INVALID_RECIPIENT);
  }

  @Test
  void shouldRejectARecipientWhosePrefixAnotherAccountHolds() {
    final TestChain chain = new TestChain();
    final Hash32 raw = user(1).raw();
    final Address twin = new Address(new Hash32(raw.w0(), raw.w1(), 1, 2));
    assertRejected(
        only(chain.run(tx(0, 0).to(twin).value(1).build())), RejectCode.ADDRESS_OCCUPIED);
    assertThat(chain.state().account(twin)).isNull();
    assertThat(chain.balance(user(1))).isEqualTo(TestChain.RICH);
  }

  @Test
  void shouldChangeNothingForWhatIsNotAuthenticated() {
    final TestChain chain = new TestChain();
    assertNothingChanged(
        chain,
        chain.run(chain.wave(List.of(new Wave.Entry(new byte[] {1, 2, 3}, false, null)))),
        RejectCode.DECODE_FAILED);
    assertNothingChanged(
        chain, chain.run(tx(0, 0).to(user(1)).chain(1).build()), RejectCode.WRONG_CHAIN_ID);
    assertNothingChanged(
        chain, chain.run(tx(0, 0).to(user(1)).deadline(2).build()), RejectCode.DEADLINE_EXPIRED);
    assertNothingChanged(chain, chain.run(tx(0, 16).build()), RejectCode.NONCE_OUT_OF_WINDOW);
    assertNothingChanged(
        chain,
        chain.run(new TestChain.Builder(new Address(Blake3.hash(new byte[] {9})), 0).build()),
        RejectCode.SENDER_MISSING);
    assertNothingChanged(chain, chain.run(tx(0, 0).gas(20_999).build()), RejectCode.LIMIT_EXCEEDED);
    assertNothingChanged(
        chain, chain.run(tx(0, 0).gas(1_600_000_001L).build()), RejectCode.LIMIT_EXCEEDED);
    assertNothingChanged(
        chain, chain.run(tx(0, 0).data(new byte[65_537]).build()), RejectCode.LIMIT_EXCEEDED);
  }

  @Test
  void shouldAcceptADeadlineInItsOwnWave() {
    final TestChain chain = new TestChain();
    assertThat(only(chain.run(tx(0, 0).to(user(1)).deadline(1).build())).status())
        .isEqualTo(Receipt.Status.SUCCESS);
  }

  @Test
  void shouldRefuseABadSignatureWhenTheChainVerifies() {
    final Rules rules = Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.VERIFY);
    final SignatureVerifier verifier = (key, message, signature) -> signature[0] == key[896];
    final TestChain chain = new TestChain(rules, verifier, ledger -> {});
    assertNothingChanged(
        chain,
        chain.run(tx(3, 0).to(user(1)).value(1).signature(new byte[] {4}).build()),
        RejectCode.SIGNATURE_INVALID);
    assertThat(
            only(chain.run(tx(3, 0).to(user(1)).value(1).signature(new byte[] {3}).build()))
                .status())
        .isEqualTo(Receipt.Status.SUCCESS);
  }

  @Test
  void shouldRegisterAKeyOnceForFree() {
    final byte[] key = TestChain.key(77);
    final Address owner = Addresses.ofPublicKey(key);
    final TestChain chain = new TestChain();
    final Transaction register =
        new TestChain.Builder(owner, 0)
            .type(TransactionType.REGISTER_PUBKEY)
            .data(key)
            .signature(new byte[0])
            .build();
    assertNothingChanged(chain, chain.run(register), RejectCode.SENDER_MISSING);
    chain.run(tx(0, 0).to(owner).value(5).build());
    assertNothingChanged(
        chain,
        chain.run(new TestChain.Builder(owner, 0).to(user(0)).build()),
        RejectCode.NO_AUTH_KEYS);
    final Receipt receipt = only(chain.run(register));
    assertThat(receipt.status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(receipt.feePaid()).isEqualTo(U128.ZERO);
    assertThat(receipt.isIndexed()).isTrue();
    assertThat(((AuthKeys.Single) chain.state().account(owner).authKeys()).publicKey())
        .isEqualTo(key);
    assertNothingChanged(chain, chain.run(register), RejectCode.REGISTRATION_REFUSED);
  }

  @Test
  void shouldChargeWhatIsThereWhenTheReservationFails() {
    final TestChain chain = new TestChain();
    final Receipt receipt = only(chain.run(tx(0, 0).to(user(1)).value(TestChain.RICH).build()));
    assertRejected(receipt, RejectCode.INSUFFICIENT_BALANCE);
    assertThat(receipt.feePaid()).isEqualTo(U128.of(2_100_000));
    chain.baseFee = U128.MAX;
    final Receipt broke = only(chain.run(tx(2, 0).to(user(1)).build()));
    assertRejected(broke, RejectCode.INSUFFICIENT_BALANCE);
    assertThat(broke.feePaid()).isEqualTo(TestChain.RICH);
    assertThat(chain.balance(user(2))).isEqualTo(U128.ZERO);
  }

  @Test
  void shouldConsumeEachNonceOnceWithinTheWindow() {
    final TestChain chain = new TestChain();
    final WaveResult result =
        chain.run(
            tx(0, 3).to(user(1)).build(),
            tx(0, 0).to(user(1)).build(),
            tx(0, 0).to(user(1)).build(),
            tx(0, 1).to(user(1)).build(),
            tx(0, 2).to(user(1)).build());
    assertThat(result.receipts().stream().map(Receipt::code))
        .containsExactly(0, 0, RejectCode.NONCE_OUT_OF_WINDOW.number(), 0, 0);
    assertThat(chain.state().account(user(0)).nonce()).isEqualTo(new NonceWindow(4, 0));
  }

  @Test
  void shouldRunContractsAndPayForWhatTheyUsed() {
    final TestChain chain = new TestChain();
    final Receipt deployed = only(chain.run(deploy(0, 0)));
    assertThat(deployed.status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(deployed.returnData()).isEqualTo(TOKEN.toBytes());
    assertThat(deployed.contract()).isEqualTo(TOKEN);
    assertThat(deployed.gasUsed()).isEqualTo(32_800);
    final WaveResult result =
        chain.run(
            tx(0, 1).to(TOKEN).data(call("work")).build(),
            tx(0, 2).to(TOKEN).data(call("revert")).build(),
            tx(0, 3).to(TOKEN).data(call("trap")).build(),
            tx(0, 4).to(TOKEN).data(call("burn")).gas(50_000).build(),
            tx(0, 5).to(TOKEN).data(call("nothing")).build(),
            tx(0, 6).to(TOKEN).data(new byte[] {1}).build(),
            tx(0, 7).to(TOKEN).value(9).build(),
            tx(0, 8).to(TOKEN).value(9).data(call("work")).build());
    assertThat(result.receipts().stream().map(Receipt::gasUsed))
        .containsExactly(22_000L, 22_000L, 22_000L, 50_000L, 21_000L, 21_000L, 22_000L, 21_000L);
    assertThat(result.receipts().stream().map(Receipt::code))
        .containsExactly(
            0,
            RejectCode.REVERTED.number(),
            10,
            1,
            RejectCode.INVALID_FUNCTION_NAME.number(),
            RejectCode.MALFORMED_PAYLOAD.number(),
            0,
            RejectCode.NOT_PAYABLE.number());
    assertThat(result.receipts().stream().map(Receipt::category))
        .containsExactly(
            Receipt.Category.NONE,
            Receipt.Category.CONTRACT,
            Receipt.Category.VM,
            Receipt.Category.VM,
            Receipt.Category.ENGINE_VALIDATION,
            Receipt.Category.ENGINE_VALIDATION,
            Receipt.Category.NONE,
            Receipt.Category.ENGINE_VALIDATION);
    assertThat(result.receipts().get(1).returnData()).isEqualTo("no".getBytes());
    assertThat(chain.balance(TOKEN)).isEqualTo(U128.of(9));
    assertThat(chain.state().number(FakeContracts.counter(TOKEN))).isEqualTo(2);
    assertThat(result.eventsCount()).isEqualTo(2);
  }

  @Test
  void shouldLetTheGasTankPayForSponsoredFunctionsOnly() {
    final TestChain chain = new TestChain();
    chain.run(deploy(0, 0));
    final Receipt empty =
        only(chain.run(tx(1, 0).to(TOKEN).data(call("free")).payer(FeePayer.GAS_TANK).build()));
    assertRejected(empty, RejectCode.GAS_TANK_EXHAUSTED);
    assertThat(empty.feePaid()).isEqualTo(U128.ZERO);
    final Receipt refused =
        only(chain.run(tx(1, 1).to(TOKEN).data(call("work")).payer(FeePayer.GAS_TANK).build()));
    assertRejected(refused, RejectCode.SPONSORSHIP_REJECTED);
    assertThat(refused.feePayer()).isEqualTo(user(1));
    assertThat(refused.feePaid()).isEqualTo(U128.of(2_100_000));
  }

  @Test
  void shouldBillThePaymasterThatAgrees() {
    final Address paymaster = Addresses.contract("paymaster");
    final TestChain chain =
        new TestChain(
            Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED),
            SignatureVerifier.TRUSTING,
            ledger ->
                ledger.put(
                    Account.empty(paymaster)
                        .asContract(Blake3.hash(WASM))
                        .withGasTank(U128.of(1_000_000_000))));
    for (int i = 0; i < 10; i++) {
      final boolean agrees = (user(i).toBytes()[0] & 1) == 0;
      final Receipt receipt =
          only(
              chain.run(
                  tx(i, 0).to(user(1)).value(1).payer(new FeePayer.Paymaster(paymaster)).build()));
      if (agrees) {
        assertThat(receipt.status()).isEqualTo(Receipt.Status.SUCCESS);
        assertThat(receipt.gasUsed()).isEqualTo(22_000);
        assertThat(receipt.feePayer()).isEqualTo(paymaster);
      } else {
        assertRejected(receipt, RejectCode.SPONSORSHIP_REJECTED);
        assertThat(receipt.feePayer()).isEqualTo(user(i));
      }
    }
  }

  @Test
  void shouldSkipWhatIsMarkedAndWhatReachesQuarantinedCode() {
    final TestChain chain = new TestChain();
    chain.run(deploy(0, 0));
    final Transaction work = tx(0, 1).to(TOKEN).data(call("work")).build();
    final Wave wave =
        new Wave(
            chain.context(),
            chain.store.head().root().blake3(),
            List.of(
                new Wave.Entry(TransactionEncoder.encode(work), true, null), TestChain.entry(work)),
            List.of(Blake3.hash(WASM)),
            List.of());
    final WaveResult result = chain.run(wave);
    assertThat(result.receipts().stream().map(Receipt::status))
        .containsExactly(Receipt.Status.SKIPPED, Receipt.Status.SKIPPED);
    assertThat(result.receipts().stream().map(Receipt::code))
        .containsExactly(RejectCode.SKIPPED.number(), RejectCode.QUARANTINED_CODE.number());
    assertThat(result.delta().size()).isZero();
    assertThat(only(chain.run(work)).status()).isEqualTo(Receipt.Status.SUCCESS);
  }

  @Test
  void shouldRefuseAWaveThatDoesNotFit() {
    final TestChain chain = new TestChain();
    final Wave good = chain.wave(List.of());
    assertThatThrownBy(
            () -> chain.run(new Wave(good.context(), Hash32.ZERO, List.of(), List.of(), List.of())))
        .isInstanceOf(InvalidWaveException.class)
        .hasMessageContaining("builds on root");
    final Transaction greedy = tx(0, 0).gas(1_600_000_000L).build();
    assertThatThrownBy(() -> chain.run(greedy, greedy, greedy, greedy, greedy))
        .isInstanceOf(InvalidWaveException.class)
        .hasMessageContaining("at transaction 4");
    assertThat(chain.run(greedy, greedy, greedy, greedy).receipts()).hasSize(4);
  }

  @Test
  void shouldRoundTripReceiptsAndWaveRecords() {
    final TestChain chain = new TestChain();
    chain.run(deploy(0, 0));
    final WaveResult result = chain.run(tx(0, 1).to(TOKEN).data(call("work")).build());
    final byte[] receipt = ReceiptCodec.encode(only(result));
    assertThat(ReceiptCodec.encode(ReceiptCodec.decode(receipt))).isEqualTo(receipt);
    final byte[] record = result.record(chain.store.head().root()).encode();
    assertThat(WaveRecord.decode(record).encode()).isEqualTo(record);
    assertThat(chain.store.waveRecord(2)).isEqualTo(record);
    assertThat(chain.store.contentHash(2)).isEqualTo(result.contentHash());
  }
}
