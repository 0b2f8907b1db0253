package io.tidemill.executor.schedule;

/**
 * The order in which transactions are first dispatched.
 *
 * <p>Transaction {@code t} is held back until its {@code waitsFor[t]} predecessors have run; when
 * {@code t} has run, its successors each have one predecessor less.
 *
 * @param waitsFor how many predecessors each transaction has
 * @param successors the transactions held back by each transaction, ascending
 * @param depth the number of transactions on the longest chain: what no number of workers can beat
 */
public record Schedule(int[] waitsFor, int[][] successors, int depth) {
  /** The schedule of no transaction. */
  public static final Schedule NONE = new Schedule(new int[0], new int[0][], 0);

  /** How many transactions are scheduled. */
  public int size() {
    return waitsFor.length;
  }
}
