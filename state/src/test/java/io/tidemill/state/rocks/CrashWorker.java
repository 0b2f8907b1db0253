package io.tidemill.state.rocks;

import io.tidemill.state.Commit;
import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.Waves;
import io.tidemill.state.writeback.WriteBack;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * The process that a crash test kills: it commits seeded waves for ever and says on its standard
 * output what it has acknowledged. Lines: {@code open w}, {@code ack w root}, {@code rolling w},
 * {@code rolled w}, {@code fork id wave}, {@code unforking id}, {@code failed w reason}, {@code
 * reads w}.
 */
public final class CrashWorker {
  static final int KEYS = 200;
  static final int CHANGES = 30;
  static final long SEED = 424242;

  /** Flushes nothing by itself. */
  static final WriteBack NEVER =
      new WriteBack(1_000, Integer.MAX_VALUE, 1L << 40, Integer.MAX_VALUE);

  private CrashWorker() {}

  /** Small buffers, so that flushes of both kinds, compactions and pruning happen all the time. */
  static RocksOptions options() {
    return RocksOptions.of(7)
        .withRetention(new Retention(40, 10, 30, 30))
        .withCaches(256, 64)
        .withHashingThreads(1)
        .withDatabaseMemory(4 << 20, 256 << 10)
        .withWriteBack(new WriteBack(4, 1_000, 1 << 20, 30));
  }

  /** Arguments: directory, seed of what to do beside committing, and how many waves at most. */
  public static void main(String[] args) {
    final Random random = new Random(Long.parseLong(args[1]));
    final int most = Integer.parseInt(args[2]);
    final Waves waves = new Waves(SEED, KEYS);
    try (RocksStateStore store = RocksStateStore.open(Path.of(args[0]), options())) {
      say("open " + wave(store));
      for (int step = 0; step < most; step++) {
        final long next = wave(store) + 1;
        try {
          final var root = waves.commit(store, next, CHANGES);
          say("ack " + next + " " + root.blake3());
        } catch (StateException e) {
          failed(store, waves, next, e);
          return;
        }
        try {
          beside(store, waves, random, next);
        } catch (StateException e) {
          failed(store, waves, wave(store) + 1, e);
          return;
        }
      }
    }
  }

  /** What goes on beside committing: a rollback or a fork now and then. */
  private static void beside(RocksStateStore store, Waves waves, Random random, long wave) {
    final int dice = random.nextInt(20);
    if (dice == 0 && wave > 3) {
      final long target = wave - 1 - random.nextInt(3);
      say("rolling " + target);
      store.rollbackTo(target);
      say("rolled " + target);
    } else if (dice == 1) {
      fork(store, waves, wave);
    }
  }

  private static void fork(RocksStateStore store, Waves waves, long wave) {
    final List<Commit> commits = store.commits();
    if (commits.size() >= 3) {
      say("unforking " + commits.getFirst().id());
      store.deleteCommit(commits.getFirst().id());
    }
    try (Snapshot base = store.snapshot()) {
      final Commit commit = store.commitChild(base, waves.delta(wave + 100_000, 10), List.of());
      say("fork " + commit.id() + " " + wave);
    }
  }

  /** A write failed: nothing more may be written, and reading must go on. */
  private static void failed(RocksStateStore store, Waves waves, long wave, StateException e) {
    say("failed " + wave + " " + e.getMessage());
    if (store.poisonedBy() == null) {
      say("not poisoned");
    }
    try {
      waves.commit(store, wave, CHANGES);
      say("wrote on");
    } catch (StateException expected) {
      try (Snapshot snapshot = store.snapshot()) {
        final var model = waves.model(wave - 1, CHANGES);
        for (int i = 0; i < KEYS; i++) {
          if (!java.util.Arrays.equals(snapshot.get(Waves.key(i)), model.get(Waves.key(i)))) {
            say("wrong read");
          }
        }
        say("reads " + snapshot.wave());
      }
    }
  }

  private static long wave(RocksStateStore store) {
    final var head = store.head();
    return head == null ? -1 : head.wave();
  }

  static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
