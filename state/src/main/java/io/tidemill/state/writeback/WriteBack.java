package io.tidemill.state.writeback;

/**
 * When dirty waves are flushed. A flush begins when one of the numbers is reached; a commit that
 * finds twice as much waits until there is room.
 *
 * @param waves dirty waves; 0 writes every wave through at its commit
 * @param keys values that the dirty waves wrote
 * @param bytes about what the dirty waves take in memory
 * @param millis how long a wave stays dirty at most
 */
public record WriteBack(int waves, int keys, long bytes, int millis) {
  /** No dirty waves: everything is written at the commit. */
  public static final WriteBack OFF = new WriteBack(0, 0, 0, 0);

  private static final int WAVES = 16;
  private static final int KEYS = 100_000;
  private static final int MILLIS = 5_000;

  /** The numbers of PIP-4, with at most an eighth of the heap for what waits. */
  public static WriteBack standard() {
    return new WriteBack(WAVES, KEYS, Runtime.getRuntime().maxMemory() / 16, MILLIS);
  }

  /** Whether every wave is written through. */
  public boolean isOff() {
    return waves == 0;
  }

  /** Whether a flush should begin. */
  public boolean isDue(DirtyWaves dirty) {
    return dirty.size() >= waves || dirty.keys() >= keys || dirty.bytes() >= bytes;
  }

  /** Whether a commit has to wait for a flush. */
  public boolean isFull(DirtyWaves dirty) {
    return dirty.size() >= 2L * waves || dirty.keys() >= 2L * keys || dirty.bytes() >= 2 * bytes;
  }
}
