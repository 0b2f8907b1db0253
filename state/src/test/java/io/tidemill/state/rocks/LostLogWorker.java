package io.tidemill.state.rocks;

import io.tidemill.state.Retention;
import io.tidemill.state.Waves;
import io.tidemill.state.writeback.WriteBack;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * A process that lets the database begin a new log between two writes of which the second rests on
 * the first, and ends before, or in, the next sync. What {@link PowerCut} then takes is the first
 * write alone, unless it was synced. Says what {@link CrashWorker} says.
 */
public final class LostLogWorker {
  /** Waves that are there before; more than the retention of {@link CrashWorker} keeps. */
  private static final int BEFORE = 60;

  private final Path path;
  private final Waves waves = new Waves(CrashWorker.SEED, CrashWorker.KEYS);

  private LostLogWorker(Path path) {
    this.path = path;
  }

  /** Arguments: directory, and what rests on what: first, flush or prune. */
  public static void main(String[] args) {
    final LostLogWorker worker = new LostLogWorker(Path.of(args[0]));
    switch (args[1]) {
      case "first" -> worker.first();
      case "flush" -> worker.flush();
      case "prune" -> worker.prune();
      default -> throw new IllegalArgumentException(args[1]);
    }
    Runtime.getRuntime().halt(CrashPoints.STATUS);
  }

  /** The log row of the first wave, on the note that all before it is flushed. */
  private void first() {
    final RocksStateStore store = RocksStateStore.open(path, CrashWorker.options());
    leaveLog(store);
    commit(store, 0);
  }

  /** The flush of waves, on their tree nodes and receipts. */
  private void flush() {
    final RocksStateStore store =
        RocksStateStore.open(path, CrashWorker.options().withWriteBack(CrashWorker.NEVER));
    for (long wave = 0; wave < 3; wave++) {
      commit(store, wave);
    }
    CrashPoints.also(
        point -> {
          if (point.equals("flush.ahead")) {
            leaveLog(store);
          }
        });
    store.flush();
  }

  /** The pruning of a wave, on those of the waves before it. */
  private void prune() {
    final RocksOptions all =
        CrashWorker.options().withRetention(Retention.ARCHIVE).withWriteBack(WriteBack.OFF);
    try (RocksStateStore store = RocksStateStore.open(path, all)) {
      for (long wave = 0; wave < BEFORE; wave++) {
        commit(store, wave);
      }
    }
    final RocksStateStore store = RocksStateStore.open(path, CrashWorker.options());
    final Pruner pruner = new Pruner(store.core(), new Forks(store.core()));
    pruner.run(3);
    leaveLog(store);
    pruner.run(1);
  }

  private void commit(RocksStateStore store, long wave) {
    waves.commit(store, wave, CrashWorker.CHANGES);
    CrashWorker.say("ack " + wave);
  }

  private static void leaveLog(RocksStateStore store) {
    try {
      store.core().database.leaveLog();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    CrashWorker.say("left the log");
  }
}
