package io.tidemill.server.simulate;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which calls were quick the last time, so that the next one like them need not be handed
 * to another thread. Only a guess: whoever trusts it stops what takes longer. Safe for use by many
 * threads.
 */
final class QuickCalls {
  /** A call whose module must be compiled first takes longer, and so does a slow contract. */
  static final long QUICK_NANOS = 1_000_000;

  private static final int MAX_KINDS = 4_096;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Set<String> quick = ConcurrentHashMap.newKeySet();

  /** Whether the last call of this kind was quick. */
  boolean contains(String kind) {
    return quick.contains(kind);
  }

  /** A call of this kind was not quick. */
  void forget(String kind) {
    quick.remove(kind);
  }

  /** Runs a call of this kind and remembers it if it was quick; time without a core is not its. */
  void watch(String kind, Runnable call) {
    final long begin = THREADS.getCurrentThreadCpuTime();
    call.run();
    if (THREADS.getCurrentThreadCpuTime() - begin < QUICK_NANOS) {
      if (quick.size() >= MAX_KINDS) {
        quick.clear();
      }
      quick.add(kind);
    }
  }
}
