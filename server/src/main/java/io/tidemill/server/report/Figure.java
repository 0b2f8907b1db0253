package io.tidemill.server.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * One measured figure with what it means.
 *
 * @param goal the number it should reach, or null
 * @param atLeast whether more is better
 * @param rate whether it is published as a third
 */
record Figure(
    String name,
    String meaning,
    BigDecimal measured,
    @Nullable BigDecimal goal,
    boolean atLeast,
    boolean rate) {
  private static final BigDecimal THIRD = BigDecimal.valueOf(3);
  private static final int DIGITS = 3;

  /** What is published: three digits, of a rate a third. */
  String published() {
    final BigDecimal value =
        rate ? measured.divide(THIRD, new MathContext(DIGITS, RoundingMode.DOWN)) : measured;
    return plain(value);
  }

  /** The goal as it is read, empty without one. */
  String goalText() {
    return goal == null ? "" : (atLeast ? "at least " : "at most ") + plain(goal);
  }

  /** Whether the measured figure reaches the goal. */
  boolean reached() {
    return goal == null
        || (atLeast ? measured.compareTo(goal) >= 0 : measured.compareTo(goal) <= 0);
  }

  /** How far it is: 1 is the goal, more is better. */
  double score() {
    if (goal == null) {
      return 0;
    }
    final double is = measured.doubleValue();
    return atLeast ? is / goal.doubleValue() : goal.doubleValue() / Math.max(is, 1e-9);
  }

  private static String plain(BigDecimal value) {
    final BigDecimal rounded = value.round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
    final String text = rounded.stripTrailingZeros().toPlainString();
    return rounded.abs().compareTo(BigDecimal.valueOf(10_000)) >= 0
        ? text.replaceAll("(\\d)(?=(\\d{3})+$)", "$1,")
        : text;
  }
}
