package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.writeback.DirtyWaves;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes waves back, when none is dirty. What they overwrote is put back as one batch on the newest
 * tree, whose root must come out as the one that was recorded for the target wave: no old tree node
 * is needed.
 */
final class Rollback {
  private final Core core;
  private final Forks forks;

  Rollback(Core core, Forks forks) {
    this.core = core;
    this.forks = forks;
  }

  void to(long wave) {
    core.retaining.lock();
    final Core.Current now = core.current();
    try {
      core.requireWritable();
      final WaveRow target = core.row(now.pin(), wave);
      if (target == null
          || wave > now.wave()
          || wave < core.oldest(Core.Oldest.STATE)
          || now.wave() - wave > StateStore.MAX_ROLLBACK) {
        throw new IllegalArgumentException(
            "cannot roll back from wave "
                + now.wave()
                + " to "
                + wave
                + ": retained are "
                + core.oldest(Core.Oldest.STATE)
                + " to "
                + now.wave()
                + ", and at most "
                + StateStore.MAX_ROLLBACK
                + " waves are taken back");
      }
      if (wave < now.wave()) {
        apply(now, wave, target);
      }
    } finally {
      now.pin().release();
      core.retaining.unlock();
    }
  }

  private void apply(Core.Current now, long wave, WaveRow target) {
    final Batch batch = new Batch(core.database);
    final TreeMap<StateKey, byte @Nullable []> before = new TreeMap<>();
    for (long undone = now.wave(); undone > wave; undone--) {
      undo(batch, now.pin(), undone, before);
    }
    final StateDelta delta = StateDelta.of(before);
    final long version = core.nextTreeVersion();
    final TreeUpdate update = core.tree.update(now.top(), version, delta);
    if (!Child.rootHash(update.root()).equals(target.root().blake3())) {
      throw new StateException(
          "undoing to wave " + wave + " gives another root than was recorded; nothing was changed");
    }
    for (final StateDelta.Entry entry : delta) {
      FlatValues.put(batch, entry.key(), entry.value());
    }
    final WaveBatch rows = new WaveBatch(batch, wave);
    rows.nodes(update.created());
    // Newer than the target: only the waves that are taken back reach these nodes.
    final List<NodeKey> older = new ArrayList<>();
    for (final NodeKey key : update.stale()) {
      if (key.version() > target.treeVersion()) {
        batch.delete(Family.JMT, key.encode());
      } else {
        older.add(key);
      }
    }
    rows.stale(version, older);
    final WaveRow row =
        new WaveRow(
            version,
            target.root(),
            target.contentHash(),
            target.keys(),
            update.root(),
            target.record());
    batch.put(Family.WAVES, Keys.wave(wave), row.encode());
    batch.put(Family.META, Flush.FLUSHED_KEY, Keys.wave(wave));
    for (final ForkRow fork : forks.list(now.pin())) {
      if (fork.commit().wave() > wave) {
        Forks.delete(batch, fork);
      }
    }
    CrashPoints.hit("rollback.computed");
    core.directory.acknowledge(wave, target.root().blake3(), true);
    core.write(batch, "rolling back to wave " + wave);
    core.remember(update.created());
    core.switchTo(
        wave, row, new ValueCache(core.options.valueCacheEntries(), wave), DirtyWaves.above(wave));
  }

  private void undo(Batch batch, Pin pin, long wave, Map<StateKey, byte @Nullable []> before) {
    final byte[] keys = core.database.get(Family.UNDO, pin, Keys.wave(wave));
    if (keys == null) {
      throw new StateException("the undo record of wave " + wave + " is missing");
    }
    for (int at = 0; at < keys.length; at += Hash32.LENGTH) {
      final StateKey key = StateKey.at(keys, at);
      final byte[] old = core.database.get(Family.HISTORY, pin, Keys.history(key, wave));
      if (old == null) {
        throw new StateException("the undo record of wave " + wave + " lacks key " + key);
      }
      final byte[] after =
          before.containsKey(key)
              ? before.get(key)
              : core.database.get(Family.STATE, pin, key.raw().toBytes());
      before.put(key, HistoryRow.decode(old, after));
    }
    WaveBatch.deleteHistory(batch, wave, keys);
    WaveBatch.deleteReceipts(batch, core.database, pin, wave);
    WaveBatch.deleteEvents(batch, core.database, pin, wave);
    batch.delete(Family.WAVES, Keys.wave(wave));
  }
}
