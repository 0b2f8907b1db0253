package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.tx.U128;

/**
 * ValidatorUnjail: burns the fee and is active again. A third jail is for good. Source:
 * state-and-transactions 1.10.
 */
final class Unjail implements NativeTransaction {
  private static final int LAST_JAIL = 3;

  @Override
  public Outcome apply(NativeContext context) {
    final Rules.Staking staking = context.rules().staking();
    final ValidatorRecord record = Validators.get(context.ledger(), context.sender());
    if (record == null
        || record.status() != ValidatorRecord.Status.JAILED
        || context.waveId() < record.jailUntil()
        || record.jails() >= LAST_JAIL
        || record.stake().compareTo(staking.minStake()) < 0) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    final Account account = context.ledger().account(context.sender());
    final U128 gas = context.wave().context().baseFee().times(context.transaction().gasLimit());
    final U128 needed = gas.plusOrNull(staking.unjailFee());
    if (account == null || needed == null || account.balance().compareTo(needed) < 0) {
      return context.refused(RejectCode.INSUFFICIENT_BALANCE);
    }
    context.ledger().put(account.withBalance(account.balance().minus(staking.unjailFee())));
    context.ledger().addAmount(SystemSlot.TOTAL_BURNED, staking.unjailFee());
    Validators.put(
        context.ledger(), context.sender(), record.withStatus(ValidatorRecord.Status.ACTIVE));
    return context.done();
  }
}
