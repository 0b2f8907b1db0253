package io.tidemill.executor.nativetx;

import static io.tidemill.executor.TestChain.tx;
import static io.tidemill.executor.TestChain.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.Wave;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import java.util.List;
import org.junit.jupiter.api.Test;

class StakingTest extends NativeFixture {
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
}
