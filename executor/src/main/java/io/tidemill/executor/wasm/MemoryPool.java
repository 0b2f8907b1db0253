package io.tidemill.executor.wasm;

/**
 * Byte arrays for linear memories, kept per thread: all zero when taken, all zero when given back.
 * Sizes are powers of two from one page up, so that a memory that grows page by page is copied a
 * few times only. Each thread keeps at most {@link #KEPT_BYTES}; the rest is left to the collector.
 *
 * <p>Arrays hold no reference, so a pool can outlive any module.
 */
final class MemoryPool {
  /** The array of a memory of size zero. */
  static final byte[] EMPTY = new byte[0];

  /** What one thread keeps: enough for one memory of the greatest size, or many small ones. */
  static final long KEPT_BYTES = 64L << 20;

  private static final int CLASSES = 11;
  private static final int PER_CLASS = 32;
  private static final ThreadLocal<MemoryPool> OF_THREAD = ThreadLocal.withInitial(MemoryPool::new);

  private final byte[][][] kept = new byte[CLASSES][PER_CLASS][];
  private final int[] count = new int[CLASSES];
  private long keptBytes;

  private MemoryPool() {}

  /** An array of zeros with room for {@code size} bytes. */
  static byte[] take(int size) {
    if (size == 0) {
      return EMPTY;
    }
    final int sizeClass = classOf(size);
    if (sizeClass >= CLASSES) {
      return new byte[size];
    }
    final MemoryPool pool = OF_THREAD.get();
    if (pool.count[sizeClass] == 0) {
      return new byte[LinearMemory.PAGE << sizeClass];
    }
    final byte[] bytes = pool.kept[sizeClass][--pool.count[sizeClass]];
    pool.keptBytes -= bytes.length;
    return bytes;
  }

  /** Takes back an array that is all zero again. */
  static void give(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    final int sizeClass = classOf(bytes.length);
    if (sizeClass >= CLASSES) {
      return;
    }
    final MemoryPool pool = OF_THREAD.get();
    if (pool.count[sizeClass] < PER_CLASS && pool.keptBytes + bytes.length <= KEPT_BYTES) {
      pool.kept[sizeClass][pool.count[sizeClass]++] = bytes;
      pool.keptBytes += bytes.length;
    }
  }

  private static int classOf(int size) {
    final int pages = (size - 1) / LinearMemory.PAGE + 1;
    return Integer.SIZE - Integer.numberOfLeadingZeros(pages - 1);
  }
}
