package io.tidemill.server.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Processor time of this process by what its threads are for. */
final class ThreadTimes {
  /** What is not the time of a thread of ours: the collector, the compiler, and the JVM itself. */
  static final String JVM = "jvm";

  private static final String OTHER = "other";

  /** Prefixes of thread names, the first that fits. */
  private static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("bench-client", "client");
    GROUPS.put("tidemill-worker", "workers");
    GROUPS.put("tidemill-writer", "writer");
    GROUPS.put("tidemill-sealer", "sealer");
    GROUPS.put("state-", "state");
    GROUPS.put("ForkJoinPool-", "stream");
    GROUPS.put("VirtualThread", "stream");
    GROUPS.put("grpc-", "network");
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long wall = System.nanoTime();
  private final long process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  private final Map<Long, Long> byThread = new TreeMap<>();

  /** The times until now. */
  ThreadTimes() {
    for (long id : THREADS.getAllThreadIds()) {
      byThread.put(id, THREADS.getThreadCpuTime(id));
    }
  }

  /** Milliseconds by group from {@code before} to this, divided by {@code parts}. */
  Map<String, Double> since(ThreadTimes before, int parts) {
    final Map<String, Long> nanos = new TreeMap<>();
    long known = 0;
    for (Map.Entry<Long, Long> thread : byThread.entrySet()) {
      final ThreadInfo info = THREADS.getThreadInfo(thread.getKey());
      final long spent = thread.getValue() - before.byThread.getOrDefault(thread.getKey(), 0L);
      if (info != null && spent > 0) {
        nanos.merge(group(info.getThreadName()), spent, Long::sum);
        known += spent;
      }
    }
    nanos.put(JVM, process - before.process - known);
    final Map<String, Double> millis = new TreeMap<>();
    nanos.forEach((group, time) -> millis.put(group, perPart(time, parts)));
    millis.put("wall", perPart(wall - before.wall, parts));
    return millis;
  }

  private static double perPart(long nanos, int parts) {
    return Math.round(nanos / 1e5 / parts) / 10.0;
  }

  private static String group(String name) {
    for (Map.Entry<String, String> group : GROUPS.entrySet()) {
      if (name.startsWith(group.getKey())) {
        return group.getValue();
      }
    }
    return OTHER;
  }
}
