package io.tidemill.executor;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.ModelBytes.Out;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every malformed field of every type and the class of its outcome: what is wrong with the envelope
 * costs nobody anything, what is wrong with an authenticated payload costs its sender the intrinsic
 * gas and the nonce. Source: state-and-transactions 1.1 and 1.7, decisions S1, S3.
 */
class MalformedTransactionsTest {
  private static final Address CONTRACT = Addresses.contract("fake");
  private static final int OTHER_CHAIN = RejectCode.WRONG_CHAIN_ID.number();
  private static final int LIMIT = RejectCode.LIMIT_EXCEEDED.number();
  private static final int NONCE = RejectCode.NONCE_OUT_OF_WINDOW.number();
  private static final int UNREADABLE = RejectCode.DECODE_FAILED.number();
  private static final int PAYLOAD = RejectCode.MALFORMED_PAYLOAD.number();
  private static final int PRECONDITION = RejectCode.PRECONDITION_FAILED.number();

  private final TestChain chain =
      new TestChain(
          Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED),
          SignatureVerifier.TRUSTING,
          MalformedTransactionsTest::genesis);

  private static void genesis(Ledger ledger) {
    ledger.put(Account.empty(CONTRACT).asContract(Blake3.hash(new byte[] {1})));
  }

  /*
   * A transfer with a signature of one byte: from 0, to 32, value 64, data 80, gas_limit 84, nonce
   * 92, signature 100, fee_payer 105, access_list 106, deadline 110, chain_id 111, tx_type 119.
   */
  private static byte[] transfer() {
    return TransactionEncoder.encode(tx(0, 0).to(user(1)).value(5).gas(21_000).build());
  }

  private static Arguments envelope(String what, int code, Consumer<byte[]> damage) {
    final byte[] bytes = transfer();
    damage.accept(bytes);
    return Arguments.of(what, code, bytes);
  }

  private static Arguments envelope(String what, int code, Transaction transaction) {
    return Arguments.of(what, code, TransactionEncoder.encode(transaction));
  }

  private static void put(byte[] bytes, int at, long value, int length) {
    for (int i = 0; i < length; i++) {
      bytes[at + i] = (byte) (value >>> 8 * i);
    }
  }

  static Stream<Arguments> envelopes() {
    final List<AccessEntry> wide =
        List.of(new AccessEntry(user(1), Collections.nCopies(5_000, Hash32.ZERO), true));
    final Transaction listed = tx(0, 0).to(user(1)).build();
    return Stream.of(
        envelope("from: nobody", 102, bytes -> bytes[5] ^= 1),
        envelope("data: longer than the rest", UNREADABLE, bytes -> put(bytes, 80, 41, 4)),
        envelope("data: 2^32-1 bytes", UNREADABLE, bytes -> put(bytes, 80, -1, 4)),
        envelope("data: 64 KiB and a byte", LIMIT, tx(0, 0).data(new byte[65_537]).build()),
        envelope("gas_limit: below the least", LIMIT, bytes -> put(bytes, 84, 20_999, 8)),
        envelope("gas_limit: above the greatest", LIMIT, b -> put(b, 84, 1_600_000_001L, 8)),
        envelope("gas_limit: 2^64-1", LIMIT, bytes -> put(bytes, 84, -1, 8)),
        envelope("nonce: past the window", NONCE, bytes -> put(bytes, 92, 16, 8)),
        envelope("nonce: 2^64-1", NONCE, bytes -> put(bytes, 92, -1, 8)),
        envelope("signature: longer than the rest", UNREADABLE, bytes -> put(bytes, 100, 17, 4)),
        envelope("signature: 2^31 bytes", UNREADABLE, bytes -> put(bytes, 100, 1L << 31, 4)),
        envelope("fee_payer: unknown tag", UNREADABLE, bytes -> bytes[105] = 3),
        envelope("fee_payer: no room for the address", UNREADABLE, bytes -> bytes[105] = 2),
        envelope("access_list: more than fit", UNREADABLE, bytes -> put(bytes, 106, 1, 4)),
        envelope("access_list: 2^32-1 entries", UNREADABLE, bytes -> put(bytes, 106, -1, 4)),
        envelope(
            "access_list: past 128 KiB",
            LIMIT,
            new Transaction(
                listed.from(),
                listed.to(),
                listed.value(),
                listed.data(),
                listed.gasLimit(),
                0,
                listed.signature(),
                listed.feePayer(),
                wide,
                false,
                0,
                listed.chainId(),
                listed.type())),
        envelope("deadline: unknown tag", UNREADABLE, bytes -> bytes[110] = 2),
        envelope("deadline: no room for the wave", UNREADABLE, bytes -> bytes[110] = 1),
        envelope("deadline: passed", 106, tx(0, 0).to(user(1)).deadline(0).build()),
        envelope("chain_id: another", OTHER_CHAIN, bytes -> put(bytes, 111, 1, 8)),
        envelope("tx_type: the vacant one", UNREADABLE, bytes -> bytes[119] = 2),
        envelope("tx_type: past the last native", UNREADABLE, bytes -> bytes[119] = 0x13),
        envelope("tx_type: past the last of all", UNREADABLE, bytes -> bytes[119] = 0x45),
        envelope("tx_type: 255", UNREADABLE, bytes -> bytes[119] = -1),
        Arguments.of("a byte after the end", UNREADABLE, Arrays.copyOf(transfer(), 121)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("envelopes")
  void shouldCostNobodyAnything(String what, int code, byte[] bytes) {
    final WaveResult result = chain.run(chain.wave(List.of(new Wave.Entry(bytes, false, null))));
    assertFree(result, 0, code);
    assertThat(result.delta().size()).as("keys that changed").isZero();
  }

  @Test
  void shouldCostNobodyAnythingWhereverTheBytesEnd() {
    final byte[] whole = transfer();
    assertThat(whole).hasSize(120);
    final List<Wave.Entry> entries = new ArrayList<>();
    for (int length = 0; length < whole.length; length++) {
      entries.add(new Wave.Entry(Arrays.copyOf(whole, length), false, null));
    }
    final WaveResult result = chain.run(chain.wave(entries));
    for (int i = 0; i < entries.size(); i++) {
      assertFree(result, i, UNREADABLE);
    }
    assertThat(result.delta().size()).isZero();
  }

  private static void assertFree(WaveResult result, int index, int code) {
    final Receipt receipt = result.receipts().get(index);
    assertThat(receipt.code()).isEqualTo(code);
    assertThat(receipt.status()).isEqualTo(Receipt.Status.REVERTED);
    assertThat(receipt.category()).isEqualTo(Receipt.Category.ENGINE_VALIDATION);
    assertThat(receipt.nonceConsumed()).isFalse();
    assertThat(receipt.gasUsed()).isZero();
    assertThat(receipt.feePaid()).isEqualTo(U128.ZERO);
    assertThat(receipt.feePayer()).isNull();
  }

  /** A payload of the right form. */
  private static byte[] payload(TransactionType type) {
    final byte[] bundle = new Out().number(1, 4).number(0, 4).bytes(new byte[] {7}).done();
    return switch (type) {
      case STANDARD -> new CallPayload("work", new byte[3]).encode();
      case DEPLOY -> new DeployData("name", new byte[9], 0, new byte[4]).encode();
      case STAKE_DEPOSIT, ROTATE_VALIDATOR_KEYS, REGISTER_PUBKEY -> TestChain.key(0);
      case SLASH ->
          ValidatorModel.encode(
              new ValidatorModel.Evidence(
                  1,
                  1,
                  user(2),
                  0,
                  new byte[16],
                  new byte[57],
                  new byte[1],
                  new byte[58],
                  new byte[1]));
      case CLAIM_AIRDROP ->
          new Out().number(3, 8).number(9, 16).number(1, 1).hash(Hash32.ZERO).done();
      case MULTISIG -> new Out().address(user(2)).number(5, 16).fixed(bundle).done();
      case ROTATE_MULTISIG ->
          new Out().number(1, 4).bytes(TestChain.key(1)).number(1, 1).fixed(bundle).done();
      case EMERGENCY_PAUSE, EMERGENCY_RESUME -> bundle;
      case DISPUTE_SLASH -> new Out().number(0, 8).number(0, 1).fixed(bundle).done();
      case COMMIT -> new Out().hash(Hash32.ZERO).number(1, 16).done();
      case REVEAL -> new Out().hash(Hash32.ZERO).hash(Hash32.ZERO).bytes(new byte[5]).done();
      case SCHEDULE_UPGRADE -> new Out().address(CONTRACT).bytes(new byte[5]).done();
      case CANCEL_UPGRADE, DEPOSIT_GAS_TANK -> CONTRACT.toBytes();
      case TRANSFER_OWNERSHIP -> new Out().address(CONTRACT).address(user(1)).done();
      case WITHDRAW_GAS_TANK -> new Out().address(CONTRACT).number(1, 16).address(user(1)).done();
      case STAKE_WITHDRAW, CLAIM_REWARD, SWEEP_AIRDROP, UNJAIL -> new byte[0];
    };
  }

  private static TestChain.Builder shaped(TransactionType type, long nonce) {
    final TestChain.Builder builder = tx(0, nonce).type(type);
    return type == TransactionType.STANDARD ? builder.to(CONTRACT) : builder;
  }

  @ParameterizedTest
  @EnumSource
  void shouldRejectAPayloadWhereverItEndsAndWithAByteTooMany(TransactionType type) {
    final byte[] whole = payload(type);
    final boolean registers = type == TransactionType.REGISTER_PUBKEY;
    final List<Wave.Entry> entries = new ArrayList<>();
    // Without data a call is a bare one, which is another matter.
    for (int length = type == TransactionType.STANDARD ? 1 : 0;
        length <= whole.length + 1;
        length++) {
      if (length != whole.length) {
        final TestChain.Builder builder =
            shaped(type, entries.size()).data(Arrays.copyOf(whole, length));
        entries.add(
            TestChain.entry((registers ? builder.signature(new byte[0]) : builder).build()));
      }
    }
    final U128 before = chain.balance(user(0));
    final WaveResult result = chain.run(chain.wave(entries));
    for (int i = 0; i < entries.size(); i++) {
      if (registers) {
        assertFree(result, i, RejectCode.REGISTRATION_REFUSED.number());
      } else {
        assertRejected(result.receipts().get(i), PAYLOAD);
      }
    }
    final long paid = registers ? 0 : 21_000L * 100 * entries.size();
    assertThat(before.minus(chain.balance(user(0)))).isEqualTo(U128.of(paid));
  }

  private static void assertRejected(Receipt receipt, int code) {
    assertThat(receipt.code()).as("transaction %d", receipt.transactionIndex()).isEqualTo(code);
    assertThat(receipt.status()).isEqualTo(Receipt.Status.REVERTED);
    assertThat(receipt.category()).isEqualTo(Receipt.Category.ENGINE_VALIDATION);
    assertThat(receipt.nonceConsumed()).isTrue();
    assertThat(receipt.gasUsed()).isEqualTo(21_000);
    assertThat(receipt.feePaid()).isEqualTo(U128.of(2_100_000));
    assertThat(receipt.feePayer()).isEqualTo(user(0));
  }

  private static Arguments field(TransactionType type, String what, int code, Out data) {
    return Arguments.of(type, what, code, data.done());
  }

  private static Out keys(int... indices) {
    final Out out = new Out().number(indices.length, 4);
    for (int index : indices) {
      out.bytes(TestChain.key(index));
    }
    return out;
  }

  static Stream<Arguments> fields() {
    return Stream.of(validatorFields(), treasuryFields(), otherFields()).flatMap(each -> each);
  }

  private static Stream<Arguments> validatorFields() {
    final byte[] otherLogn = TestChain.key(0);
    otherLogn[0] = 8;
    final byte[] tooLarge = TestChain.key(0);
    Arrays.fill(tooLarge, 1, 897, (byte) 0xFF);
    final byte[] evidence = payload(TransactionType.SLASH);
    final byte[] noKind = evidence.clone();
    noKind[0] = 0;
    final byte[] kind4 = evidence.clone();
    kind4[0] = 4;
    final Out liveness = new Out().number(3, 1).number(5, 1).address(user(2)).number(0, 8);
    return Stream.of(
        field(TransactionType.STAKE_DEPOSIT, "logn", PAYLOAD, new Out().fixed(otherLogn)),
        field(TransactionType.STAKE_DEPOSIT, "coefficient", PAYLOAD, new Out().fixed(tooLarge)),
        field(TransactionType.STAKE_DEPOSIT, "stake", PRECONDITION, keyOnly()),
        field(TransactionType.ROTATE_VALIDATOR_KEYS, "logn", PAYLOAD, new Out().fixed(otherLogn)),
        field(TransactionType.ROTATE_VALIDATOR_KEYS, "sender", PRECONDITION, keyOnly()),
        field(TransactionType.SLASH, "kind 0", PAYLOAD, new Out().fixed(noKind)),
        field(TransactionType.SLASH, "kind 4", PAYLOAD, new Out().fixed(kind4)),
        field(TransactionType.SLASH, "liveness without consensus", PAYLOAD, liveness),
        field(TransactionType.SLASH, "offender", PRECONDITION, new Out().fixed(evidence)));
  }

  private static Stream<Arguments> treasuryFields() {
    final byte[] none = new Out().number(0, 4).done();
    final int[] seventeen = new int[17];
    Arrays.setAll(seventeen, i -> i);
    return Stream.of(
        field(
            TransactionType.MULTISIG,
            "17 signatures",
            PAYLOAD,
            new Out().address(user(2)).number(1, 16).number(17, 4).fixed(new byte[17 * 8])),
        field(
            TransactionType.MULTISIG,
            "no amount",
            PRECONDITION,
            new Out().address(user(2)).number(0, 16).fixed(none)),
        field(
            TransactionType.MULTISIG,
            "to itself",
            PRECONDITION,
            new Out().address(Addresses.TREASURY).number(1, 16).fixed(none)),
        field(
            TransactionType.MULTISIG,
            "without signatures",
            RejectCode.BUNDLE_INVALID.number(),
            new Out().address(user(2)).number(1, 16).fixed(none)),
        field(
            TransactionType.ROTATE_MULTISIG,
            "17 signers",
            PAYLOAD,
            keys(seventeen).number(1, 1).fixed(none)),
        field(
            TransactionType.ROTATE_MULTISIG,
            "threshold 0",
            PRECONDITION,
            keys(1, 2).number(0, 1).fixed(none)),
        field(
            TransactionType.ROTATE_MULTISIG,
            "threshold 3 of 2",
            PRECONDITION,
            keys(1, 2).number(3, 1).fixed(none)),
        field(
            TransactionType.ROTATE_MULTISIG,
            "a signer twice",
            PRECONDITION,
            keys(1, 1).number(1, 1).fixed(none)),
        field(TransactionType.EMERGENCY_PAUSE, "no wave", PAYLOAD, pause(0)),
        field(TransactionType.EMERGENCY_PAUSE, "too long", PAYLOAD, pause(6_500_001)),
        field(TransactionType.EMERGENCY_PAUSE, "2^64-1 waves", PAYLOAD, pause(-1)),
        field(TransactionType.EMERGENCY_RESUME, "not paused", PRECONDITION, new Out().fixed(none)),
        field(
            TransactionType.DISPUTE_SLASH,
            "action 2",
            PAYLOAD,
            new Out().number(0, 8).number(2, 1).fixed(none)),
        field(
            TransactionType.DISPUTE_SLASH,
            "10,001 of 10,000",
            PAYLOAD,
            new Out().number(0, 8).number(1, 1).number(10_001, 2).fixed(none)),
        field(
            TransactionType.DISPUTE_SLASH,
            "no escrow",
            PRECONDITION,
            new Out().number(9, 8).number(0, 1).fixed(none)));
  }

  private static Stream<Arguments> otherFields() {
    return Stream.of(
        field(
            TransactionType.CLAIM_AIRDROP,
            "65 levels",
            PAYLOAD,
            new Out().number(0, 24).number(65, 1).fixed(new byte[32 * 65])),
        field(
            TransactionType.COMMIT,
            "no bond",
            PRECONDITION,
            new Out().fixed(payload(TransactionType.COMMIT))),
        field(
            TransactionType.REVEAL,
            "no commitment",
            PRECONDITION,
            new Out().fixed(payload(TransactionType.REVEAL))),
        field(
            TransactionType.WITHDRAW_GAS_TANK,
            "no contract",
            PRECONDITION,
            new Out().address(user(3)).number(0, 16).address(user(1))));
  }

  private static Out keyOnly() {
    return new Out().fixed(TestChain.key(5));
  }

  private static Out pause(long waves) {
    return new Out().number(0, 4).number(waves, 8);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("fields")
  void shouldRejectAPayloadForAFieldInIt(TransactionType type, String what, int code, byte[] data) {
    final WaveResult result = chain.run(shaped(type, 0).data(data).build());
    assertRejected(result.receipts().getFirst(), code);
  }
}
