package io.tidemill.executor;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.U128;
import java.util.List;

/**
 * The fees of a wave, split per transaction, summed, and credited once after the last transaction,
 * so that they never make two transactions depend on each other. Source: state-and-transactions
 * 5.5, 6.3.
 */
final class WaveCredits {
  private WaveCredits() {}

  /** The sums over {@code receipts}. */
  static WaveResult.Totals totals(List<SettledReceipt> receipts) {
    U128 gas = U128.ZERO;
    U128 total = U128.ZERO;
    U128 burned = U128.ZERO;
    U128 reward = U128.ZERO;
    U128 treasury = U128.ZERO;
    for (SettledReceipt settled : receipts) {
      gas = gas.plus(U128.of(settled.receipt().gasUsed()));
      if (!settled.receipt().feePaid().isZero()) {
        total = total.plus(settled.receipt().feePaid());
        burned = burned.plus(settled.split().burn());
        reward = reward.plus(settled.split().reward());
        treasury = treasury.plus(settled.split().treasury());
      }
    }
    return new WaveResult.Totals(gas, total, burned, reward, treasury);
  }

  /** Credits {@code totals} to the burn counter, the reward pool and the treasury. */
  static void apply(Ledger ledger, WaveResult.Totals totals) {
    ledger.addAmount(SystemSlot.TOTAL_BURNED, totals.burned());
    ledger.addAmount(SystemSlot.EPOCH_FEE_INFLOW, totals.reward());
    if (!ledger.credit(Addresses.REWARD_POOL, totals.reward())
        || !ledger.credit(Addresses.TREASURY, totals.treasury())) {
      throw new NodeFault("the fees of the wave do not fit the system accounts");
    }
  }
}
