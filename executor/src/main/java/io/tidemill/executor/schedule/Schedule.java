package io.tidemill.executor.schedule;

import io.tidemill.state.StateKey;
import java.util.List;

/**
 * The order in which transactions are first dispatched.
 *
 * <p>Transaction {@code t} is held back until its {@code waitsFor[t]} predecessors have run; when
 * {@code t} has run, its successors each have one predecessor less.
 *
 * @param waitsFor how many predecessors each transaction has
 * @param successors the transactions held back by each transaction, ascending
 * @param depth the number of transactions on the longest chain: what no number of workers can beat
 * @param prefetch every expected key once, ascending, up to the scheduler's bound
 */
public record Schedule(int[] waitsFor, int[][] successors, int depth, List<StateKey> prefetch) {
  /** How many transactions are scheduled. */
  public int size() {
    return waitsFor.length;
  }
}
