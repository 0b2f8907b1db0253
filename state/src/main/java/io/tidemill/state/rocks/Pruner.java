package io.tidemill.state.rocks;

import io.tidemill.state.Retention;
import io.tidemill.state.StateException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Takes away what retention no longer asks for, one wave of each kind per step, each step one
 * atomic, synced batch that also says how far it got. A step that is lost in a crash is done again;
 * because each is on disk before the next begins, none is lost before one that is not.
 *
 * <p>It never passes the wave under a child commit, nor the wave of an open snapshot.
 */
final class Pruner {
  /** Waves that one run in the background takes away before it lets others go first. */
  private static final int STEPS = 64;

  private final Core core;
  private final Forks forks;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("state-pruner").factory());
  private final AtomicBoolean asked = new AtomicBoolean();

  Pruner(Core core, Forks forks) {
    this.core = core;
    this.forks = forks;
  }

  /** Works in the background when it has not been asked to already. */
  void soon() {
    if (asked.compareAndSet(false, true)) {
      try {
        thread.execute(this::inBackground);
      } catch (RejectedExecutionException e) {
        // The store is closing: the next one prunes.
        asked.set(false);
      }
    }
  }

  private void inBackground() {
    asked.set(false);
    try {
      run(STEPS);
    } catch (StateException ignored) {
      // Either the store is closing, or it is poisoned and says so at the next write.
    }
  }

  /** Starts nothing any more. */
  void stop() {
    thread.shutdown();
  }

  /** Works until nothing is left to do or {@code maxSteps} are done; returns the steps done. */
  int run(int maxSteps) {
    int steps = 0;
    while (steps < maxSteps && step()) {
      steps++;
    }
    return steps;
  }

  private boolean step() {
    core.retaining.lock();
    try {
      core.requireWritable();
      final Core.Current now = core.current();
      try {
        return step(now);
      } finally {
        now.pin().release();
      }
    } finally {
      core.retaining.unlock();
    }
  }

  private boolean step(Core.Current now) {
    final Retention retention = core.options.retention();
    final long versions = core.oldestInUse(forks.oldestWave(now.pin(), Long.MAX_VALUE));
    final Batch batch = new Batch(core.database);
    final Pin fresh = core.database.pin();
    try {
      // Dirty waves are not counted: what they will leave in the tables is not there yet.
      final long head = now.dirty().base();
      final long state = next(Core.Oldest.STATE, head, retention.state(), versions);
      final long tree = next(Core.Oldest.TREE, head, retention.tree(), versions);
      final long events = next(Core.Oldest.EVENTS, head, retention.events(), Long.MAX_VALUE);
      final long records = next(Core.Oldest.RECORDS, head, retention.records(), Long.MAX_VALUE);
      if (state > core.oldest(Core.Oldest.STATE)) {
        final byte[] undo = core.database.get(Family.UNDO, fresh, Keys.wave(state));
        if (undo != null) {
          WaveBatch.deleteHistory(batch, state, undo);
        }
        batch.put(Family.META, Core.Oldest.STATE.key(), Keys.wave(state));
      }
      if (tree > core.oldest(Core.Oldest.TREE)) {
        pruneTree(batch, fresh, tree);
        batch.put(Family.META, Core.Oldest.TREE.key(), Keys.wave(tree));
      }
      if (events > core.oldest(Core.Oldest.EVENTS)) {
        WaveBatch.deleteEvents(batch, core.database, fresh, events - 1);
        batch.put(Family.META, Core.Oldest.EVENTS.key(), Keys.wave(events));
      }
      if (records > core.oldest(Core.Oldest.RECORDS)) {
        WaveBatch.deleteReceipts(batch, core.database, fresh, records - 1);
        batch.put(Family.META, Core.Oldest.RECORDS.key(), Keys.wave(records));
      }
      if (batch.isEmpty()) {
        return false;
      }
      pruneRows(batch, fresh, Math.min(Math.min(state, tree), Math.min(events, records)));
      CrashPoints.hit("prune.computed");
      write(batch);
      CrashPoints.hit("prune.written");
      core.setOldest(Core.Oldest.STATE, state);
      core.setOldest(Core.Oldest.TREE, tree);
      core.setOldest(Core.Oldest.EVENTS, events);
      core.setOldest(Core.Oldest.RECORDS, records);
      return true;
    } finally {
      fresh.release();
    }
  }

  /** The oldest wave of a kind after this step: one more than now, if that may be. */
  private long next(Core.Oldest kind, long head, long keep, long limit) {
    final long oldest = core.oldest(kind);
    // keep may be Long.MAX_VALUE, so it is never added to anything.
    return head - oldest >= keep && oldest < limit ? oldest + 1 : oldest;
  }

  /** Deletes the nodes that were replaced up to the version of wave {@code oldest}. */
  private void pruneTree(Batch batch, Pin pin, long oldest) {
    final WaveRow row = core.row(pin, oldest);
    if (row == null) {
      return;
    }
    try (RocksIterator iterator = pin.iterate(Family.STALE)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        if (Keys.wave(iterator.key(), 0) > row.treeVersion()) {
          break;
        }
        Forks.deleteNodes(batch, iterator.value());
        batch.delete(Family.STALE, iterator.key());
      }
      core.database.check(Family.STALE, iterator);
    }
  }

  private void pruneRows(Batch batch, Pin pin, long oldest) {
    try (RocksIterator iterator = pin.iterate(Family.WAVES)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        if (Keys.wave(iterator.key(), 0) >= oldest) {
          break;
        }
        batch.delete(Family.WAVES, iterator.key());
      }
      core.database.check(Family.WAVES, iterator);
    }
  }

  private void write(Batch batch) {
    try {
      core.database.write(batch);
    } catch (RocksDBException e) {
      throw core.poison("pruning", e);
    }
  }
}
