package io.tidemill.executor;

import io.tidemill.executor.schedule.Schedule;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Transactions of one wave that may run: those without predecessors, in order and handed out in
 * short stretches, and those that were set free since. Safe for use by many workers.
 */
final class ReadyQueue {
  private static final int LONGEST_STRETCH = 16;

  private final int[] roots;
  private final int rootCount;
  private final int workers;
  private final AtomicInteger taken = new AtomicInteger();

  /** Guarded by this; the count may be read without, to see that there is nothing. */
  private int[] freed = new int[16];

  private volatile int freedCount;

  ReadyQueue(Schedule schedule, int workers) {
    final int[] list = new int[schedule.size()];
    int count = 0;
    for (int i = 0; i < schedule.size(); i++) {
      if (schedule.waitsFor()[i] == 0) {
        list[count++] = i;
      }
    }
    this.roots = list;
    this.rootCount = count;
    this.workers = workers;
  }

  /** Takes in a transaction whose predecessors have run. */
  synchronized void add(int transaction) {
    final int count = freedCount;
    if (count == freed.length) {
      freed = Arrays.copyOf(freed, 2 * count);
    }
    freed[count] = transaction;
    freedCount = count + 1;
  }

  /** A transaction that was set free, or -1. */
  int pollFreed() {
    if (freedCount == 0) {
      return -1;
    }
    synchronized (this) {
      final int count = freedCount;
      if (count == 0) {
        return -1;
      }
      freedCount = count - 1;
      return freed[count - 1];
    }
  }

  /** The next stretch of roots, from (upper half) and end (lower half); empty at the end. */
  long takeRoots() {
    final int left = rootCount - taken.get();
    if (left <= 0) {
      return 0;
    }
    final int stretch = Math.clamp(left / (8 * workers), 1, LONGEST_STRETCH);
    final int from = Math.min(rootCount, taken.getAndAdd(stretch));
    return (long) from << 32 | Math.min(rootCount, from + stretch);
  }

  /** The transaction at a place that {@link #takeRoots} gave. */
  int root(int index) {
    return roots[index];
  }
}
