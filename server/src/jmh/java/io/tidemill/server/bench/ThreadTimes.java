package io.tidemill.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Processor time of this process by what its threads are for, those of the JVM and of RocksDB
 * included: what Linux says of them under {@code /proc}. Elsewhere there is only the wall clock.
 */
final class ThreadTimes {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final String OTHER = "other";

  /** Beginnings of thread names, the first that fits; Linux keeps fifteen characters of a name. */
  private static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("bench-client", "client");
    GROUPS.put("tidemill-worker", "workers");
    GROUPS.put("tidemill-writer", "writer");
    GROUPS.put("tidemill-sealer", "sealer");
    GROUPS.put("state-hash", "state_hash");
    GROUPS.put("state-", "state_flush");
    GROUPS.put("rocksdb", "rocksdb");
    GROUPS.put("ForkJoinPool", "stream");
    GROUPS.put("grpc-", "network");
    GROUPS.put("GC Thread", "gc");
    GROUPS.put("G1 ", "gc");
    GROUPS.put("VM Thread", "gc");
    GROUPS.put("C1 Comp", "compiler");
    GROUPS.put("C2 Comp", "compiler");
  }

  private record Task(String name, long nanos) {}

  private final long wall = System.nanoTime();
  private final Map<String, Task> tasks = new HashMap<>();

  /** The times until now. */
  ThreadTimes() throws IOException {
    if (!Files.isDirectory(TASKS)) {
      return;
    }
    final List<Path> threads;
    try (Stream<Path> all = Files.list(TASKS)) {
      threads = all.toList();
    }
    for (Path thread : threads) {
      try {
        final String name = Files.readString(thread.resolve("comm")).strip();
        final String times = Files.readString(thread.resolve("schedstat"));
        tasks.put(
            thread.getFileName().toString(),
            new Task(name, Long.parseLong(times.substring(0, times.indexOf(' ')))));
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
  }

  /** Milliseconds by group from {@code before} to this, divided by {@code parts}. */
  Map<String, Double> since(ThreadTimes before, int parts) {
    final Map<String, Long> nanos = new TreeMap<>();
    tasks.forEach(
        (id, task) -> {
          final Task then = before.tasks.get(id);
          nanos.merge(group(task.name), task.nanos - (then == null ? 0 : then.nanos), Long::sum);
        });
    final Map<String, Double> millis = new LinkedHashMap<>();
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
