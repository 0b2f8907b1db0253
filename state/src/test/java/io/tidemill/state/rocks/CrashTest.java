package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.state.StateException;
import io.tidemill.state.rocks.Supervisor.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Supervisors that kill a real process in the middle of its work and compare what is left with a
 * model. {@code -Dtidemill.crash.cycles=N} sets how often, {@code -Dtidemill.crash.cuts=N} how
 * often the power goes, {@code -Dtidemill.crash.seed=S} repeats a run: each supervisor has a seed
 * of its own, from S on.
 */
class CrashTest {
  private static final int CYCLES = Integer.getInteger("tidemill.crash.cycles", 100);
  private static final int CUTS = Integer.getInteger("tidemill.crash.cuts", 24);
  private static final long SEED = Long.getLong("tidemill.crash.seed", 1);

  /** Supervisors at once: one waits for its process while the other compares. */
  private static final int SUPERVISORS = 2;

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

  /** What was done, for whoever runs thousands; added to target/crash-report.txt. */
  private static final List<String> REPORT = new CopyOnWriteArrayList<>();

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  /** What one supervisor does. */
  private interface Work {
    void run(int number, Random random) throws Exception;
  }

  /** Runs {@code work} of all supervisors at once; each has a number and its own random choices. */
  private static void supervise(Work work) throws Exception {
    final List<Future<Void>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(SUPERVISORS)) {
      for (int i = 0; i < SUPERVISORS; i++) {
        final int number = i;
        all.add(
            threads.submit(
                () -> {
                  work.run(number, new Random(SEED + number));
                  return null;
                }));
      }
    }
    for (final Future<Void> one : all) {
      try {
        one.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof AssertionError error) {
          throw error;
        }
        throw e;
      }
    }
  }

  @Test
  void shouldLoseNothingAcknowledgedAndShowNothingHalfWrittenWhenKilled() throws Exception {
    final Map<String, Integer> hits = new ConcurrentHashMap<>();
    supervise(
        (number, random) -> {
          final Supervisor supervisor = new Supervisor(folder.resolve("store" + number), folder);
          // Every other cycle dies at a point, and each supervisor begins at another one.
          int turn = number * POINTS.size() / SUPERVISORS;
          for (int cycle = 0; cycle < CYCLES / SUPERVISORS; cycle++) {
            final boolean timed = cycle % 2 == 0;
            final Ending ending =
                timed ? Ending.after(random.nextInt(250)) : Ending.at(point(turn, random));
            final int status = supervisor.run(random.nextLong(), ending, Map.of());
            if (!timed && status == CrashPoints.STATUS) {
              hits.merge(POINTS.get(turn % POINTS.size()), 1, Integer::sum);
            }
            turn += timed ? 0 : 1;
            final String what =
                "seed %d, cycle %d, killed %s".formatted(SEED + number, cycle, ending);
            if (timed && POINTS.get(turn % POINTS.size()).startsWith("replay")) {
              supervisor.checkAndLeaveDirty(what);
            } else {
              supervisor.check(what);
            }
          }
          REPORT.add(
              "killed processes %d, head %d"
                  .formatted(CYCLES / SUPERVISORS, supervisor.acknowledged()));
        });
    REPORT.add("points at which they were killed " + hits);
    if (CYCLES >= 100) {
      assertThat(hits.keySet()).containsExactlyInAnyOrderElementsOf(POINTS);
    }
  }

  /** Every point in turn, at one of its first hits; those that are rare at an early one. */
  private static String point(int turn, Random random) {
    final String point = POINTS.get(turn % POINTS.size());
    final int most = point.startsWith("replay") ? 1 : point.startsWith("rollback") ? 3 : 12;
    return point + ":" + (1 + random.nextInt(most));
  }

  @Test
  void shouldNotAcknowledgeWhenTheDiskFailsAndRecoverAfterwards() throws Exception {
    // A limit on file sizes is the same to the database as a disk that is full in mid-write.
    for (int blocks = 150; blocks <= 900; blocks += 500) {
      final Supervisor supervisor = new Supervisor(folder.resolve("limited" + blocks), folder);
      final List<String> lines =
          supervisor.listen(
              List.of("bash", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "x"), Map.of());
      assertThat(lines.get(lines.size() - 2))
          .as("limit %d: %s", blocks, lines.getLast())
          .startsWith("failed ");
      assertThat(lines.getLast()).isEqualTo("reads " + supervisor.acknowledged());
      supervisor.check("after a full disk at " + blocks);
    }
  }

  @Test
  void shouldLoseNothingAcknowledgedWhenThePowerGoes() throws Exception {
    final List<PowerCut> powers = new CopyOnWriteArrayList<>();
    final AtomicInteger inSync = new AtomicInteger();
    for (int i = 0; i < SUPERVISORS; i++) {
      powers.add(power("powered" + i));
    }
    supervise(
        (number, random) -> {
          final PowerCut power = powers.get(number);
          final Supervisor supervisor = new Supervisor(power.root(), folder);
          for (int cycle = 0; cycle < CUTS / SUPERVISORS; cycle++) {
            final Ending ending =
                switch (cycle % 3) {
                  case 0 -> Ending.after(random.nextInt(250));
                  case 1 -> Ending.at(point(cycle / 3, random));
                  default ->
                      Ending.inSync(
                          cycle % 6 == 2
                              ? "any:" + (1 + random.nextInt(100))
                              : "left:" + (1 + random.nextInt(2)));
                };
            final int status = supervisor.run(random.nextLong(), ending, power.environment());
            inSync.addAndGet(ending.inSync() != null && status == CrashPoints.STATUS ? 1 : 0);
            final String lost = power.apply(random);
            supervisor.check(
                "seed %d, power cut %d %s, lost %s".formatted(SEED + number, cycle, ending, lost));
          }
          REPORT.add(
              "power cuts %d, head %d, removed files that came back %d, older logs lost %d"
                  .formatted(
                      CUTS / SUPERVISORS,
                      supervisor.acknowledged(),
                      power.cameBack(),
                      power.olderLost()));
          assertThat(supervisor.acknowledged()).isPositive();
        });
    REPORT.add("processes that died in a sync " + inSync);
    if (CUTS >= 24) {
      assertThat(inSync).as("died in a sync").hasPositiveValue();
      assertThat(powers).as("removed files came back").anyMatch(power -> power.cameBack() > 0);
    }
  }

  @Test
  void shouldRestOnNothingThatALogWithoutSyncMayLose() throws Exception {
    for (final String what : List.of("first", "flush", "prune")) {
      final PowerCut power = power(what);
      final Supervisor supervisor = new Supervisor(power.root(), folder);
      final Map<String, String> environment = new HashMap<>(power.environment());
      if (!what.equals("prune")) {
        environment.put("UNSYNCED_DIE", "left:1");
      }
      assertThat(supervisor.listen(List.of(), environment, LostLogWorker.class, what))
          .contains("left the log");
      supervisor.check(what + ", lost " + power.applyToOlderLogs());
    }
  }

  @Test
  void shouldNoticeADiskThatForgetsTheLog() throws Exception {
    final PowerCut power = power("forgetful");
    final Supervisor supervisor = new Supervisor(power.root(), folder);
    final Random random = new Random(SEED);
    int noticed = 0;
    for (int cycle = 0; cycle < 3; cycle++) {
      final Map<String, String> lying = new HashMap<>(power.environment());
      lying.put("UNSYNCED_FORGET", ".log");
      supervisor.forget();
      supervisor.run(random.nextLong(), Ending.after(400), lying);
      power.apply(random);
      try {
        supervisor.check("a log that was not synced");
      } catch (AssertionError | StateException e) {
        noticed++;
      }
      DamageTest.delete(power.root());
      Files.createDirectories(power.root());
    }
    assertThat(noticed).as("waves are lost, and this test can fail").isPositive();
  }

  @Test
  void shouldNotAcknowledgeWhenACallFailsWhicheverItIs() throws Exception {
    int failed = 0;
    for (final String fail : List.of("sync:9", "sync:25", "sync:60", "write:60", "write:150")) {
      final PowerCut power = power(fail.replace(':', '-'));
      final Supervisor supervisor = new Supervisor(power.root(), folder);
      final Map<String, String> environment = new HashMap<>(power.environment());
      environment.put("UNSYNCED_FAIL", fail);
      final List<String> lines = supervisor.listen(List.of(), environment);
      // An open that fails says nothing; a wave that fails says so, and reading goes on.
      if (!lines.isEmpty()) {
        failed++;
        assertThat(lines.getLast())
            .as("%s: %s", fail, lines)
            .isEqualTo("reads " + supervisor.acknowledged());
        assertThat(lines.get(lines.size() - 2)).startsWith("failed ");
      }
      supervisor.check("after " + fail);
    }
    assertThat(failed).isGreaterThanOrEqualTo(3);
  }

  /** The power of a store in a new folder of this name. */
  private PowerCut power(String name) throws Exception {
    final PowerCut power = PowerCut.build(Files.createDirectories(folder.resolve(name)), folder);
    assumeTrue(power != null, "no gcc on Linux: nothing can be lost, and no call can fail");
    return power;
  }

  @AfterAll
  static void report() throws IOException {
    report(REPORT);
  }

  /** Adds to what {@code ./tidemill test} prints at its end. */
  static void report(List<String> lines) throws IOException {
    Files.write(
        Files.createDirectories(Path.of("target")).resolve("crash-report.txt"),
        lines,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
