package io.tidemill.executor.nativetx;

import io.tidemill.executor.FeeSplit;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens once per wave after the fees are credited, in this order: the anchor's tally, the
 * burning of expired commitments, and in the first wave of an epoch the settling of slashes and the
 * distribution of rewards. Source: state-and-transactions 4.9, 1.12, 1.14, 1.15.
 */
public final class WaveEnd {
  private WaveEnd() {}

  /** Applies the steps to the state after the last transaction. */
  public static void apply(Ledger ledger, Rules rules, WaveContext context) {
    tallyAnchor(ledger, context.anchorMemberId());
    burnExpired(ledger, rules, context.waveId());
    final long length = rules.staking().epochLengthWaves();
    if (context.waveId() % length == 0) {
      final long epoch = context.waveId() / length;
      settleSlashes(ledger, rules, epoch);
      distribute(ledger, rules, epoch);
    }
  }

  private static void tallyAnchor(Ledger ledger, int member) {
    if (member >= 0 && member < ledger.number(SystemSlot.COMMITTEE_SIZE)) {
      final StateKey tally = StateKeys.system(SystemSlot.EPOCH_SEAT_ANCHORS, member);
      ledger.putNumber(tally, ledger.number(tally) + 1);
    }
  }

  private static void burnExpired(Ledger ledger, Rules rules, long wave) {
    final long expired = wave - rules.commitReveal().windowWaves() - 1;
    if (expired < 0) {
      return;
    }
    final StateKey key = StateKeys.system(SystemSlot.COMMITS_OF_WAVE, expired);
    final List<Hash32> commitments = ledger.list(key);
    for (Hash32 commitment : commitments) {
      final CommitRecord record = CommitRecord.get(ledger, commitment);
      if (record != null) {
        ledger.addAmount(SystemSlot.TOTAL_BURNED, record.bond());
        CommitRecord.delete(ledger, commitment);
      }
    }
    if (!commitments.isEmpty()) {
      ledger.putList(key, List.of());
    }
  }

  private static void settleSlashes(Ledger ledger, Rules rules, long epoch) {
    final StateKey key = StateKeys.system(SystemSlot.ESCROWS_OF_EPOCH, epoch);
    final List<Hash32> ids = ledger.list(key);
    for (Hash32 id : ids) {
      final SlashEscrow escrow = SlashEscrow.get(ledger, id.w3());
      if (escrow != null) {
        settle(ledger, rules, escrow);
        SlashEscrow.delete(ledger, id.w3());
      }
    }
    if (!ids.isEmpty()) {
      ledger.putList(key, List.of());
    }
  }

  private static void settle(Ledger ledger, Rules rules, SlashEscrow escrow) {
    final U128 amount = escrow.amount();
    final Address reporter = escrow.reporter();
    U128 burnt = amount;
    if (reporter != null) {
      final U128 treasury = FeeSplit.share(amount, rules.slashing().treasuryBps());
      burnt = FeeSplit.share(amount, rules.slashing().burnBps());
      final U128 reward = amount.minus(burnt).minus(treasury);
      credit(ledger, Addresses.TREASURY, treasury);
      if (!ledger.credit(reporter, reward)) {
        burnt = burnt.plus(reward);
      }
    }
    ledger.addAmount(SystemSlot.TOTAL_BURNED, burnt);
    final ValidatorRecord record = Validators.get(ledger, escrow.validator());
    if (record != null
        && record.status() != ValidatorRecord.Status.EXITED
        && record.stake().compareTo(rules.staking().minStake()) < 0) {
      credit(ledger, record.operator(), record.stake());
      Validators.put(
          ledger,
          escrow.validator(),
          record.withStake(U128.ZERO).withStatus(ValidatorRecord.Status.EXITED));
    }
  }

  /** Half of the budget flat per active seat, the rest by anchors; remainders stay in the pool. */
  private static void distribute(Ledger ledger, Rules rules, long epoch) {
    if (Long.compareUnsigned(epoch, ledger.number(SystemSlot.NEXT_DISTRIBUTION_EPOCH)) < 0) {
      return;
    }
    final long seats = ledger.number(SystemSlot.COMMITTEE_SIZE);
    final List<Address> operators = new ArrayList<>();
    final List<Long> anchors = new ArrayList<>();
    long total = 0;
    for (long seat = 0; seat < seats; seat++) {
      final StateKey key = StateKeys.system(SystemSlot.EPOCH_SEAT_ANCHORS, seat);
      final long tally = ledger.number(key);
      if (tally != 0) {
        ledger.overlay().delete(key);
      }
      final Address validator = Validators.inSeat(ledger, seat);
      final ValidatorRecord record = validator == null ? null : Validators.get(ledger, validator);
      if (record != null && record.status() == ValidatorRecord.Status.ACTIVE) {
        operators.add(record.operator());
        anchors.add(tally);
        total += tally;
      }
    }
    ledger.putNumber(SystemSlot.NEXT_DISTRIBUTION_EPOCH, epoch + 1);
    if (!ledger.amount(SystemSlot.EPOCH_FEE_INFLOW).isZero()) {
      ledger.putAmount(SystemSlot.EPOCH_FEE_INFLOW, U128.ZERO);
    }
    if (!operators.isEmpty()) {
      pay(ledger, rules.rewards(), operators, anchors, total);
    }
  }

  private static void pay(
      Ledger ledger,
      Rules.Rewards rewards,
      List<Address> operators,
      List<Long> anchors,
      long total) {
    final Account account = ledger.account(Addresses.REWARD_POOL);
    final U128 pool = account == null ? U128.ZERO : account.balance();
    final U128 target = rewards.wagePerSeat().times(operators.size());
    final U128 missing = target.minusOrNull(pool);
    final U128 mint = missing == null ? U128.ZERO : missing.min(rewards.maxMintPerEpoch());
    ledger.addAmount(SystemSlot.TOTAL_MINTED, mint);
    credit(ledger, Addresses.REWARD_POOL, mint);
    final U128 budget = pool.plus(mint).min(target);
    final U128 flat = FeeSplit.share(budget, rewards.flatBps());
    final U128 byAnchors = budget.minus(flat);
    final U128 perSeat = flat.dividedBy(operators.size());
    for (int i = 0; i < operators.size(); i++) {
      U128 share = perSeat;
      if (total > 0) {
        share = share.plus(byAnchors.timesDividedBy(anchors.get(i), total));
      }
      if (ledger.mayHold(operators.get(i)) && ledger.debit(Addresses.REWARD_POOL, share)) {
        credit(ledger, operators.get(i), share);
      }
    }
  }

  private static void credit(Ledger ledger, Address address, U128 amount) {
    if (!ledger.credit(address, amount)) {
      throw new IllegalStateException("account " + address + " cannot be credited " + amount);
    }
  }
}
