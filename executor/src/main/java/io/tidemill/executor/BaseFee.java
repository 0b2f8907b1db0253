package io.tidemill.executor;

import io.tidemill.executor.tx.U128;
import java.math.BigInteger;

/** How the base fee follows the gas that waves use. Source: state-and-transactions 6.2, F9. */
public final class BaseFee {
  private BaseFee() {}

  /**
   * The base fee that follows a wave with base fee {@code current} that used {@code gasUsed}: the
   * printed formula, with the rise clamped to max(1, current / divisor).
   */
  public static U128 next(U128 current, U128 gasUsed, Rules.Fees fees) {
    final BigInteger b = current.toBigInteger();
    final BigInteger g = gasUsed.toBigInteger();
    final BigInteger target = BigInteger.valueOf(fees.gasTarget());
    final BigInteger divisor = BigInteger.valueOf(fees.baseFeeDivisor());
    final int order = g.compareTo(target);
    if (order == 0) {
      return current;
    }
    final BigInteger change = b.multiply(g.subtract(target).abs()).divide(target).divide(divisor);
    if (order > 0) {
      final BigInteger most = b.divide(divisor).max(BigInteger.ONE);
      final BigInteger risen = b.add(change.max(BigInteger.ONE).min(most));
      return U128.of(risen.min(U128.MAX.toBigInteger()));
    }
    return U128.of(b.subtract(change).max(fees.minBaseFee().toBigInteger()));
  }
}
