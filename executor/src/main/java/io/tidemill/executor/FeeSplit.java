package io.tidemill.executor;

import io.tidemill.executor.tx.U128;

/**
 * Where one transaction's fee goes. Split per transaction and then summed, never the sum. Source:
 * state-and-transactions 6.3.
 */
public record FeeSplit(U128 burn, U128 reward, U128 treasury) {
  /** The split of no fee. */
  static final FeeSplit NOTHING = new FeeSplit(U128.ZERO, U128.ZERO, U128.ZERO);

  private static final long BPS = 10_000;

  /** burn and reward are floors of their shares; the treasury takes the rest. */
  public static FeeSplit of(U128 fee, Rules.Fees fees) {
    final U128 burn = share(fee, fees.burnBps());
    final U128 reward = share(fee, fees.rewardBps());
    return new FeeSplit(burn, reward, fee.minus(burn).minus(reward));
  }

  /** floor(amount * bps / 10,000), without overflow for any amount. */
  public static U128 share(U128 amount, long bps) {
    // a * bps / 10000 = (a / 10000) * bps + (a % 10000) * bps / 10000, exactly.
    final U128 quotient = amount.dividedBy(BPS);
    final long rest = amount.remainder(BPS);
    return quotient.times(bps).plus(U128.of(rest * bps / BPS));
  }
}
