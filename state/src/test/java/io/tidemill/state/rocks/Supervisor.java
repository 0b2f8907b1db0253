package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@link CrashWorker} on one store again and again, ends it as it is told, hears what it
 * acknowledged, and compares what a start finds afterwards with a model. For one thread.
 */
final class Supervisor {
  /**
   * How a worker ends.
   *
   * @param point a point of {@link CrashPoints} with its count, or null
   * @param millis how long it works after it has opened the store, when nothing else ends it
   * @param inSync dies in a sync, as {@code UNSYNCED_DIE} says, or null
   */
  record Ending(String point, int millis, String inSync) {
    static Ending after(int millis) {
      return new Ending(null, millis, null);
    }

    static Ending at(String point) {
      return new Ending(point, 0, null);
    }

    static Ending inSync(String which) {
      return new Ending(null, 0, which);
    }

    private boolean isTimed() {
      return point == null && inSync == null;
    }

    /** The most waves that the worker commits. */
    private int most() {
      return isTimed() ? 100_000 : inSync != null ? ENOUGH_SYNCS : ENOUGH;
    }

    @Override
    public String toString() {
      return isTimed()
          ? "after " + millis + " ms"
          : point != null ? "at " + point : "in sync " + inSync;
    }
  }

  /** Waves after which a worker stops that was to end by itself and did not. */
  private static final int ENOUGH = 400;

  /** The same of one that was to die in a sync. */
  private static final int ENOUGH_SYNCS = 120;

  private final Path store;
  private final Path library;
  private final Waves waves = new Waves(CrashWorker.SEED, CrashWorker.KEYS);
  private final List<Hash32> roots = new ArrayList<>();
  private final MemoryStateStore model = MemoryStateStore.create(1);
  private final Map<StateKey, byte[]> state = new HashMap<>();
  private long stateWave = -1;

  private long acknowledged = -1;

  /** The head may be anything from here on, because a rollback was under way. */
  private long lowest = -1;

  private final Set<Hash32> forks = new HashSet<>();
  private final Map<Hash32, Long> forkWaves = new HashMap<>();
  private String last = "";

  /** A supervisor of the store in {@code store}; {@code folder} is for what all of them share. */
  Supervisor(Path store, Path folder) throws IOException {
    this.store = Files.createDirectories(store);
    this.library = nativeLibrary(folder);
  }

  /** The newest wave that the worker or the last check has seen durable, or -1. */
  long acknowledged() {
    return acknowledged;
  }

  Path store() {
    return store;
  }

  /** Forgets what was said, for a store that begins anew. */
  void forget() {
    acknowledged = -1;
    lowest = -1;
    forks.clear();
    forkWaves.clear();
  }

  private synchronized void hear(String line) {
    final String[] words = line.split(" ");
    last = line;
    switch (words[0]) {
      case "open", "ack", "rolled" -> {
        acknowledged = Long.parseLong(words[1]);
        lowest = acknowledged;
        if (words[0].equals("rolled")) {
          forks.removeIf(id -> forkWaves.get(id) > acknowledged);
        }
      }
      case "rolling" -> {
        lowest = Long.parseLong(words[1]);
        forks.removeIf(id -> forkWaves.get(id) > lowest);
      }
      case "fork" -> {
        forks.add(Hash32.fromHex(words[1]));
        forkWaves.put(Hash32.fromHex(words[1]), Long.parseLong(words[2]));
      }
      case "unforking" -> forks.remove(Hash32.fromHex(words[1]));
      default -> {}
    }
  }

  /** Runs the worker until it ends by itself; returns what it said. */
  List<String> listen(List<String> prefix, Map<String, String> environment) throws Exception {
    return listen(prefix, environment, CrashWorker.class, "5", "100000");
  }

  /** Runs {@code worker} with the store and {@code arguments} until it ends by itself. */
  List<String> listen(
      List<String> prefix, Map<String, String> environment, Class<?> worker, String... arguments)
      throws Exception {
    final List<String> command = new ArrayList<>(prefix);
    command.addAll(command(null, worker, arguments));
    final List<String> lines = new ArrayList<>();
    final Process process = start(command, environment);
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        hear(line);
        lines.add(line);
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines;
  }

  /** Runs the worker until it is killed; returns its status. */
  int run(long seed, Ending ending, Map<String, String> environment) throws Exception {
    final Map<String, String> all = new HashMap<>(environment);
    if (ending.inSync != null) {
      all.put("UNSYNCED_DIE", ending.inSync);
    }
    final Process process =
        start(
            command(
                ending.point,
                CrashWorker.class,
                Long.toString(seed),
                Integer.toString(ending.most())),
            all);
    final CountDownLatch opened = new CountDownLatch(1);
    final Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                      hear(line);
                      opened.countDown();
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    if (ending.isTimed()) {
      while (process.isAlive() && !opened.await(100, TimeUnit.MILLISECONDS)) {
        // Not open yet.
      }
      process.waitFor(ending.millis, TimeUnit.MILLISECONDS);
      // Through the handle: the process object would close the pipe and lose what was said last.
      process.toHandle().destroyForcibly();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    reader.join();
    return process.exitValue();
  }

  /** The native library outside of its jar, so that killed processes leave no copies behind. */
  private static synchronized Path nativeLibrary(Path folder) throws IOException {
    final Path target = folder.resolve("native");
    final String name = org.rocksdb.util.Environment.getJniLibraryFileName("rocksdb");
    try (var library = org.rocksdb.RocksDB.class.getResourceAsStream("/" + name)) {
      if (library != null && Files.notExists(target)) {
        Files.createDirectory(target);
        Files.copy(library, target.resolve(name));
      }
    }
    return target;
  }

  private List<String> command(String point, Class<?> worker, String... arguments) {
    final List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx96m",
                "-Djava.library.path=" + library,
                "-cp",
                System.getProperty("java.class.path")));
    if (point != null) {
      command.add("-Dtidemill.crash.at=" + point);
    }
    command.addAll(List.of(worker.getName(), store.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static Process start(List<String> command, Map<String, String> environment)
      throws IOException {
    final ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Compares what a start finds with the model, and the store with itself. */
  void check(String what) {
    try (RocksStateStore opened = RocksStateStore.open(store, CrashWorker.options())) {
      check(opened, what);
      assertThat(opened.verify().problems()).as(what).isEmpty();
    }
  }

  /** The same, and leaves a wave behind that is not flushed: the next start must replay it. */
  void checkAndLeaveDirty(String what) {
    final RocksStateStore opened =
        RocksStateStore.open(store, CrashWorker.options().withWriteBack(CrashWorker.NEVER));
    try {
      check(opened, what);
      acknowledged++;
      lowest = acknowledged;
      waves.commit(opened, acknowledged, CrashWorker.CHANGES);
    } finally {
      opened.abandon();
    }
  }

  private void check(RocksStateStore opened, String what) {
    final long head = opened.head() == null ? -1 : opened.head().wave();
    assertThat(head).as("%s: head after %s", what, last).isBetween(lowest, acknowledged + 1);
    acknowledged = head;
    lowest = head;
    if (head < 0) {
      return;
    }
    assertThat(opened.head().root().blake3()).as(what).isEqualTo(root(head));
    final Map<StateKey, byte[]> expected = state(head);
    try (Snapshot snapshot = opened.snapshot()) {
      for (int i = 0; i < CrashWorker.KEYS; i++) {
        assertThat(snapshot.get(Waves.key(i))).as(what).isEqualTo(expected.get(Waves.key(i)));
      }
    }
    assertThat(opened.waveRecord(head)).isEqualTo(waves.artifacts(head).waveRecord());
    assertThat(opened.receipts(head)).hasSize(3);
    assertThat(opened.receipts(head + 1)).isNull();
    final Set<Hash32> there = new HashSet<>();
    opened.commits().forEach(commit -> there.add(commit.id()));
    assertThat(there).as(what).containsAll(forks);
  }

  private Map<StateKey, byte[]> state(long wave) {
    if (wave < stateWave) {
      state.clear();
      stateWave = -1;
    }
    while (stateWave < wave) {
      stateWave++;
      Waves.apply(state, waves.delta(stateWave, CrashWorker.CHANGES));
    }
    return state;
  }

  private Hash32 root(long wave) {
    while (roots.size() <= wave) {
      roots.add(waves.commit(model, roots.size(), CrashWorker.CHANGES).blake3());
    }
    return roots.get((int) wave);
  }
}
