package io.tidemill.executor.wasm;

/**
 * Byte arrays for linear memories, kept per thread: all zero when taken, all zero when given back.
 * They are told apart by their length in pages. Each thread keeps at most {@link #KEPT_BYTES}; when
 * another length would pass that, it forgets what it has, and the collector takes it.
 *
 * <p>Arrays hold no reference, so a pool can outlive any module.
 */
final class MemoryPool {
  /** The array of a memory of size zero. */
  static final byte[] EMPTY = new byte[0];

  /** What one thread keeps: enough for one memory of the greatest size, or many small ones. */
  static final long KEPT_BYTES = 64L << 20;

  private static final int MOST_PAGES = (int) (KEPT_BYTES / LinearMemory.PAGE);
  private static final int PER_LENGTH = 32;
  private static final ThreadLocal<MemoryPool> OF_THREAD = ThreadLocal.withInitial(MemoryPool::new);

  private byte[][][] kept = new byte[MOST_PAGES + 1][][];
  private int[] count = new int[MOST_PAGES + 1];
  private long keptBytes;

  private MemoryPool() {}

  /**
   * An array of {@code size} zeros.
   *
   * @param size a number of whole pages
   */
  static byte[] take(int size) {
    if (size == 0) {
      return EMPTY;
    }
    final int pages = size / LinearMemory.PAGE;
    if (pages > MOST_PAGES) {
      return new byte[size];
    }
    final MemoryPool pool = OF_THREAD.get();
    if (pool.count[pages] == 0) {
      return new byte[size];
    }
    pool.keptBytes -= size;
    return pool.kept[pages][--pool.count[pages]];
  }

  /** Takes back an array that is all zero again. */
  static void give(byte[] bytes) {
    final int pages = bytes.length / LinearMemory.PAGE;
    if (pages > 0 && pages <= MOST_PAGES) {
      OF_THREAD.get().keep(bytes, pages);
    }
  }

  private void keep(byte[] bytes, int pages) {
    if (keptBytes + bytes.length > KEPT_BYTES) {
      kept = new byte[MOST_PAGES + 1][][];
      count = new int[MOST_PAGES + 1];
      keptBytes = 0;
    }
    if (kept[pages] == null) {
      kept[pages] = new byte[PER_LENGTH][];
    }
    if (count[pages] < PER_LENGTH) {
      kept[pages][count[pages]++] = bytes;
      keptBytes += bytes.length;
    }
  }
}
