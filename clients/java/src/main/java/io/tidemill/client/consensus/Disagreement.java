package io.tidemill.client.consensus;

/**
 * Two nodes do not say the same.
 *
 * @param wave the first wave that they differ in
 * @param first a node
 * @param second another one
 * @param where the first difference: for instance {@code receipt 3, gas_used}
 * @param firstValue what the first node says there
 * @param secondValue what the second node says there
 */
record Disagreement(
    long wave, String first, String second, String where, String firstValue, String secondValue) {
  @Override
  public String toString() {
    return String.format(
        "wave %d: the nodes disagree%n  first difference: %s%n  %s: %s%n  %s: %s",
        wave, where, first, firstValue, second, secondValue);
  }
}
