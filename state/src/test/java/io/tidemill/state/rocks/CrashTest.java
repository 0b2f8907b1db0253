package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.state.writeback.WriteBack;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A supervisor that kills a real process in the middle of its work and compares what is left with a
 * model. {@code -Dtidemill.crash.cycles=N} sets how often, {@code -Dtidemill.crash.seed=S} repeats
 * a run.
 */
class CrashTest {
  private static final int CYCLES = Integer.getInteger("tidemill.crash.cycles", 100);
  private static final long SEED = Long.getLong("tidemill.crash.seed", 1);

  private static final List<String> POINTS =
      List.of(
          "batch.built",
          "batch.written",
          "head.switched",
          "head.acknowledged",
          "rollback.computed",
          "prune.computed",
          "prune.written",
          "flush.started",
          "flush.piece",
          "flush.ahead",
          "flush.written",
          "flush.shown",
          "replay.wave",
          "replay.done");

  /** What was done, for whoever runs thousands; written to target/crash-report.txt. */
  private static final List<String> REPORT = new CopyOnWriteArrayList<>();

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private final Waves waves = new Waves(CrashWorker.SEED, CrashWorker.KEYS);
  private final List<Hash32> roots = new ArrayList<>();
  private final MemoryStateStore model = MemoryStateStore.create(1);
  private final Map<StateKey, byte[]> state = new HashMap<>();
  private long stateWave = -1;

  /** What a run of the worker said. */
  private static final class Said {
    long acknowledged = -1;

    /** The head may be anything from here on, because a rollback was under way. */
    long lowest = -1;

    final Set<Hash32> forks = new HashSet<>();
    final Map<Hash32, Long> forkWaves = new HashMap<>();
    String last = "";

    void hear(String line) {
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
  }

  @Test
  void shouldLoseNothingAcknowledgedAndShowNothingHalfWrittenWhenKilled() throws Exception {
    final Random random = new Random(SEED);
    final Said said = new Said();
    final Path path = folder.resolve("store");
    final Map<String, Integer> hits = new HashMap<>();
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      final String point = cycle % 2 == 0 ? null : point(cycle / 2, random);
      final int status = run(path, random.nextLong(), point, random.nextInt(400), said, Map.of());
      if (point != null && status == CrashPoints.STATUS) {
        hits.merge(point.substring(0, point.indexOf(':')), 1, Integer::sum);
      }
      final String what = "seed " + SEED + ", cycle " + cycle + " killed at " + point;
      // The next process dies at a point of the turn of this one.
      if (cycle % 2 == 0 && POINTS.get(cycle / 2 % POINTS.size()).startsWith("replay")) {
        checkAndLeaveDirty(path, said, what);
      } else {
        check(path, said, what);
      }
    }
    REPORT.add("killed processes " + CYCLES + ", head " + said.acknowledged + ", points " + hits);
    if (CYCLES >= 100) {
      assertThat(hits.keySet()).containsExactlyInAnyOrderElementsOf(POINTS);
    }
  }

  /** Every point in turn, at one of its first hits; a start has few waves to replay. */
  private static String point(int turn, Random random) {
    final String point = POINTS.get(turn % POINTS.size());
    return point + ":" + (1 + random.nextInt(point.startsWith("replay") ? 1 : 12));
  }

  @Test
  void shouldNotAcknowledgeWhenTheDiskFailsAndRecoverAfterwards() throws Exception {
    // A limit on file sizes is the same to the database as a disk that is full in mid-write.
    for (int blocks = 150; blocks <= 900; blocks += 500) {
      final Path path = folder.resolve("limited" + blocks);
      final List<String> command =
          new ArrayList<>(List.of("bash", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "x"));
      command.addAll(command(path, 5, null, 100_000));
      final Said said = new Said();
      final List<String> lines = listen(command, Map.of(), said);
      assertThat(lines.get(lines.size() - 2))
          .as("limit %d: %s", blocks, lines.getLast())
          .startsWith("failed ");
      assertThat(lines.getLast()).isEqualTo("reads " + said.acknowledged);
      check(path, said, "after a full disk at " + blocks);
    }
  }

  @Test
  void shouldLoseNothingAcknowledgedWhenThePowerGoes() throws Exception {
    final Path path = Files.createDirectories(folder.resolve("powered"));
    final PowerCut power = PowerCut.build(path, folder);
    assumeTrue(power != null, "no gcc on Linux: what is not synced cannot be taken away");
    final Random random = new Random(SEED);
    final Said said = new Said();
    for (int cycle = 0; cycle < CYCLES / 5; cycle++) {
      final String point = cycle % 2 == 0 ? null : point(cycle / 2, random);
      run(path, random.nextLong(), point, random.nextInt(400), said, power.environment());
      final String lost = power.apply(random);
      check(
          path, said, "seed " + SEED + ", power cut " + cycle + " at " + point + ", lost " + lost);
    }
    REPORT.add(
        "power cuts %d, head %d, removed files that came back %d"
            .formatted(CYCLES / 5, said.acknowledged, power.cameBack()));
    assertThat(said.acknowledged).isPositive();
    if (CYCLES >= 100) {
      assertThat(power.cameBack()).as("removed files that came back").isPositive();
    }
  }

  @Test
  void shouldNoticeADiskThatForgetsTheLog() throws Exception {
    final Path path = Files.createDirectories(folder.resolve("forgetful"));
    final PowerCut power = PowerCut.build(path, folder);
    assumeTrue(power != null, "no gcc on Linux: what is not synced cannot be taken away");
    final Random random = new Random(SEED);
    int noticed = 0;
    for (int cycle = 0; cycle < 3; cycle++) {
      final Map<String, String> lying = new HashMap<>(power.environment());
      lying.put("UNSYNCED_FORGET", ".log");
      final Said said = new Said();
      run(path, random.nextLong(), null, 400, said, lying);
      power.apply(random);
      try {
        check(path, said, "a log that was not synced");
      } catch (AssertionError | StateException e) {
        noticed++;
      }
      DamageTest.delete(path);
      Files.createDirectories(path);
    }
    assertThat(noticed).as("waves are lost, and this test can fail").isPositive();
  }

  @Test
  void shouldNotAcknowledgeWhenACallFailsWhicheverItIs() throws Exception {
    final PowerCut power = PowerCut.build(Files.createDirectories(folder.resolve("x")), folder);
    assumeTrue(power != null, "no gcc on Linux: calls cannot be made to fail");
    int failed = 0;
    for (final String fail : List.of("sync:9", "sync:25", "sync:60", "write:60", "write:150")) {
      final Path path = Files.createDirectories(folder.resolve(fail.replace(':', '-')));
      final Map<String, String> environment =
          new HashMap<>(PowerCut.build(path, folder).environment());
      environment.put("UNSYNCED_FAIL", fail);
      final Said said = new Said();
      final List<String> lines = listen(command(path, 5, null, 100_000), environment, said);
      // An open that fails says nothing; a wave that fails says so, and reading goes on.
      if (!lines.isEmpty()) {
        failed++;
        assertThat(lines.getLast())
            .as("%s: %s", fail, lines)
            .isEqualTo("reads " + said.acknowledged);
        assertThat(lines.get(lines.size() - 2)).startsWith("failed ");
      }
      check(path, said, "after " + fail);
    }
    assertThat(failed).isGreaterThanOrEqualTo(3);
  }

  @AfterAll
  static void report() throws IOException {
    Files.write(Files.createDirectories(Path.of("target")).resolve("crash-report.txt"), REPORT);
  }

  /** Runs the worker until it ends by itself; returns what it said. */
  private static List<String> listen(
      List<String> command, Map<String, String> environment, Said said) throws Exception {
    final List<String> lines = new ArrayList<>();
    final Process process = start(command, environment);
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        said.hear(line);
        lines.add(line);
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines;
  }

  /** Runs the worker until it is killed; returns its status. */
  private int run(
      Path path, long seed, String point, int millis, Said said, Map<String, String> environment)
      throws Exception {
    final Process process =
        start(command(path, seed, point, point == null ? 100_000 : 400), environment);
    final long[] opened = {0};
    final Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                      said.hear(line);
                      synchronized (opened) {
                        opened[0] = 1;
                        opened.notifyAll();
                      }
                    }
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    if (point == null) {
      synchronized (opened) {
        while (opened[0] == 0 && process.isAlive()) {
          opened.wait(100);
        }
      }
      process.waitFor(millis, TimeUnit.MILLISECONDS);
      // Through the handle: the process object would close the pipe and lose what was said last.
      process.toHandle().destroyForcibly();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    reader.join();
    return process.exitValue();
  }

  /** The native library outside of its jar, so that killed processes leave no copies behind. */
  private Path nativeLibrary() {
    final Path target = folder.resolve("native");
    final String name = org.rocksdb.util.Environment.getJniLibraryFileName("rocksdb");
    try (var library = org.rocksdb.RocksDB.class.getResourceAsStream("/" + name)) {
      if (library != null && Files.notExists(target)) {
        Files.createDirectory(target);
        Files.copy(library, target.resolve(name));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return target;
  }

  private List<String> command(Path path, long seed, String point, int most) {
    final List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx96m",
                "-Djava.library.path=" + nativeLibrary(),
                "-cp",
                System.getProperty("java.class.path")));
    if (point != null) {
      command.add("-Dtidemill.crash.at=" + point);
    }
    command.addAll(
        List.of(
            CrashWorker.class.getName(),
            path.toString(),
            Long.toString(seed),
            Integer.toString(most)));
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
  private void check(Path path, Said said, String what) {
    try (RocksStateStore store = RocksStateStore.open(path, CrashWorker.options())) {
      check(store, said, what);
      assertThat(store.verify().problems()).as(what).isEmpty();
    }
  }

  /** The same, and leaves a wave behind that is not flushed: the next start must replay it. */
  private void checkAndLeaveDirty(Path path, Said said, String what) {
    final WriteBack never = new WriteBack(1_000, Integer.MAX_VALUE, 1L << 40, Integer.MAX_VALUE);
    final RocksStateStore store =
        RocksStateStore.open(path, CrashWorker.options().withWriteBack(never));
    try {
      check(store, said, what);
      said.acknowledged++;
      said.lowest = said.acknowledged;
      waves.commit(store, said.acknowledged, CrashWorker.CHANGES);
    } finally {
      store.abandon();
    }
  }

  private void check(RocksStateStore store, Said said, String what) {
    final long head = store.head() == null ? -1 : store.head().wave();
    assertThat(head)
        .as("%s: head after %s", what, said.last)
        .isBetween(said.lowest, said.acknowledged + 1);
    said.acknowledged = head;
    said.lowest = head;
    if (head < 0) {
      return;
    }
    assertThat(store.head().root().blake3()).as(what).isEqualTo(root(head));
    final Map<StateKey, byte[]> expected = state(head);
    try (Snapshot snapshot = store.snapshot()) {
      for (int i = 0; i < CrashWorker.KEYS; i++) {
        assertThat(snapshot.get(Waves.key(i))).as(what).isEqualTo(expected.get(Waves.key(i)));
      }
    }
    assertThat(store.waveRecord(head)).isEqualTo(waves.artifacts(head).waveRecord());
    assertThat(store.receipts(head)).hasSize(3);
    assertThat(store.receipts(head + 1)).isNull();
    final Set<Hash32> forks = new HashSet<>();
    store.commits().forEach(commit -> forks.add(commit.id()));
    assertThat(forks).as(what).containsAll(said.forks);
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
