package io.tidemill.server.simulate;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Remembers which calls are quick, so that the next one like them need not be handed to another
 * thread. Only a guess: whoever trusts it stops what takes longer.
 *
 * <p>A kind is known after one quick run on a worker and forgotten when it was stopped too often:
 * each time counts {@link #STRIKE}, each run that was quick takes one off. A single slow run is
 * mostly the JVM's doing, which compiles again what a new kind of load has changed; sending
 * everything to the workers then makes a moment of slowness a jam. Safe for use by many threads.
 */
final class QuickCalls {
  /** A call whose module must be compiled first takes longer, and so does a slow contract. */
  static final long QUICK_NANOS = 1_000_000;

  /** Quick runs that make up for one that had to be stopped. */
  private static final int STRIKE = 16;

  /** So many stopped runs in a row are forgiven. */
  private static final int FORGIVEN = 4;

  private static final int MAX_KINDS = 4_096;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What each known kind has against it. */
  private final Map<String, AtomicInteger> known = new ConcurrentHashMap<>();

  /** Whether calls of this kind are quick, as far as is known. */
  boolean contains(String kind) {
    return known.containsKey(kind);
  }

  /** A call of this kind was quick where it was read. */
  void quick(String kind) {
    final AtomicInteger against = known.get(kind);
    if (against != null && against.get() > 0) {
      against.decrementAndGet();
    }
  }

  /** A call of this kind had to be stopped. */
  void slow(String kind) {
    final AtomicInteger against = known.get(kind);
    if (against != null && against.addAndGet(STRIKE) > FORGIVEN * STRIKE) {
      known.remove(kind);
    }
  }

  /** Runs a call of this kind and remembers it if it was quick; time without a core is not its. */
  void watch(String kind, Runnable call) {
    final long begin = THREADS.getCurrentThreadCpuTime();
    call.run();
    if (THREADS.getCurrentThreadCpuTime() - begin < QUICK_NANOS && !known.containsKey(kind)) {
      if (known.size() >= MAX_KINDS) {
        known.clear();
      }
      known.put(kind, new AtomicInteger());
    }
  }
}
