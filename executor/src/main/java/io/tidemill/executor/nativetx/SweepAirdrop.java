package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.U128;

/**
 * After the airdrop's last wave anybody may move what is left of it to the treasury. Source:
 * state-and-transactions 1.11.
 */
final class SweepAirdrop implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    if (context.transaction().data().length != 0) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final long gas = context.rules().nativeGas().sweepAirdrop();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    final Ledger ledger = context.ledger();
    final Account pool = ledger.account(Addresses.AIRDROP_POOL);
    final U128 residue = pool == null ? U128.ZERO : pool.balance();
    if (residue.isZero()
        || ledger.overlay().get(StateKeys.system(SystemSlot.AIRDROP_ROOT)) == null
        || Long.compareUnsigned(context.waveId(), ledger.number(SystemSlot.AIRDROP_DEADLINE)) <= 0
        || !ledger.debit(Addresses.AIRDROP_POOL, residue)
        || !ledger.credit(Addresses.TREASURY, residue)) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    return Outcome.success(gas);
  }
}
