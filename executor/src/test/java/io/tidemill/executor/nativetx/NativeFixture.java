package io.tidemill.executor.nativetx;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/** A chain with a multisig of three, a contract with a tank, and short epochs and windows. */
abstract class NativeFixture {
  static final U128 STAKE = U128.of(10_000_000_000_000L);
  static final Address CONTRACT = Addresses.contract("tank");
  static final byte[] CODE = {1, 2, 3};

  /** Epochs of ten waves, short unbonding and windows, so that tests can wait. */
  static Rules rules() {
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
  static final SignatureVerifier FIRST_BYTE =
      (key, message, signature) -> signature.length > 0 && signature[0] == key[896];

  static TestChain chain() {
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

  static Receipt run(TestChain chain, Transaction transaction) {
    final U128 before = supply(chain);
    final WaveResult result = chain.run(transaction);
    assertThat(supply(chain)).as("supply").isEqualTo(before);
    return result.receipts().getFirst();
  }

  /** All quanta that the tests of this class can put anywhere, less what was minted, plus burnt. */
  static U128 supply(TestChain chain) {
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

  static U128 holdings(Ledger ledger, Address address) {
    final Account account = ledger.account(address);
    final ValidatorRecord validator = Validators.get(ledger, address);
    U128 sum = account == null ? U128.ZERO : account.balance().plus(account.gasTank());
    sum = validator == null ? sum : sum.plus(validator.stake());
    return sum;
  }

  static void assertOk(Receipt receipt) {
    assertThat(receipt.status()).as("code " + receipt.code()).isEqualTo(Receipt.Status.SUCCESS);
  }

  static void assertRefused(Receipt receipt, RejectCode code) {
    assertThat(receipt.code()).isEqualTo(code.number());
    assertThat(receipt.gasUsed()).isEqualTo(21_000);
  }

  static Transaction bond(int operator, long nonce, int validator) {
    return tx(operator, nonce)
        .type(TransactionType.STAKE_DEPOSIT)
        .value(STAKE)
        .data(TestChain.key(validator))
        .build();
  }

  static byte[] bundle(byte[] payload, int... signers) {
    final BorshWriter out = new BorshWriter().fixed(payload).u32(signers.length);
    for (int signer : signers) {
      out.u32(signer).bytes(new byte[] {TestChain.key(signer + 1)[896]});
    }
    return out.toBytes();
  }

  static byte[] spend(Address target, long amount) {
    final BorshWriter out = new BorshWriter().hash32(target.raw());
    U128.of(amount).write(out);
    return out.toBytes();
  }

  static final Hash32 NONCE = Blake3.hash(new byte[] {42});

  static Transaction inner(int i) {
    return tx(7, i).to(user(8)).value(500).build();
  }

  static Hash32 commitment(int i) {
    return CommitRecord.commitment(TransactionEncoder.encode(inner(i)), NONCE);
  }
}
