package io.tidemill.state;

/**
 * How many waves back each kind of data is kept, the head included. Source: state-and-transactions
 * 3.6, at 172,800 waves a day.
 *
 * @param state waves that can be read and rolled back to
 * @param tree waves that can be proven
 * @param events waves whose events are kept, with their indexes
 * @param records waves whose wave record and receipts are kept
 */
public record Retention(long state, long tree, long events, long records) {
  private static final long DAY = 172_800;
  private static final long EPOCH = StateStore.MAX_ROLLBACK;

  /** Everything, for ever. */
  public static final Retention ARCHIVE =
      new Retention(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  /** Ninety days; receipts and records stay. */
  public static final Retention FULL = new Retention(90 * DAY, 90 * DAY, 90 * DAY, Long.MAX_VALUE);

  /** Thirty days, records for eight epochs. */
  public static final Retention COMMITTEE = new Retention(30 * DAY, 30 * DAY, 30 * DAY, 8 * EPOCH);

  /** The newest tree only; state for the rollback window. */
  public static final Retention PRUNED = new Retention(EPOCH + 1, 1, 90 * DAY, 90 * DAY);

  /** A development chain: the last 4,096 waves. */
  public static final Retention DEVNET = new Retention(4_096, 4_096, 4_096, 4_096);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is below 1, or the tree or the state outlives the
   *     records
   */
  public Retention {
    if (Math.min(Math.min(state, tree), Math.min(events, records)) < 1) {
      throw new IllegalArgumentException("retention: at least one wave of everything is kept");
    }
    if (tree > state) {
      throw new IllegalArgumentException("retention: a proof needs its state, tree > state");
    }
  }
}
