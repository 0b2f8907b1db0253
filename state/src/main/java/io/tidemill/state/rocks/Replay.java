package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.ValuePatch;
import io.tidemill.state.writeback.WaveLogRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * Makes dirty waves again from their log rows when a store is opened: each changes the tree of the
 * wave before it, under the tree version of its wave row, and must give the recorded root. Nothing
 * is written, so a crash in between changes nothing.
 */
final class Replay {
  private final Core core;

  Replay(Core core) {
    this.core = core;
  }

  /** Goes from the flushed wave, which is the head, to the newest one in the log. */
  void run() {
    final Pin pin = core.peek().pin();
    long logged = core.peek().wave();
    try (RocksIterator iterator = pin.iterate(Family.WAVE_LOG)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        final long wave = Keys.wave(iterator.key(), 0);
        if (wave != logged + 1) {
          throw refusal(wave, "follows flushed or logged wave " + logged);
        }
        apply(wave, iterator.value());
        logged = wave;
        CrashPoints.hit("replay.wave");
      }
      core.database.check(Family.WAVE_LOG, iterator);
    }
    if (core.row(pin, logged + 1) != null) {
      throw refusal(logged + 1, "is missing");
    }
    CrashPoints.hit("replay.done");
  }

  private void apply(long wave, byte[] bytes) {
    final Core.Current before = core.peek();
    final WaveRow row = core.row(before.pin(), wave);
    if (row == null) {
      throw refusal(wave, "has no wave row");
    }
    final WaveLogRow.Read logged;
    try {
      logged = WaveLogRow.decode(bytes, keys -> values(before, keys));
    } catch (IllegalArgumentException e) {
      throw refusal(wave, "is damaged: " + e.getMessage());
    }
    final TreeUpdate update = core.tree.update(before.top(), row.treeVersion(), logged.delta());
    if (!Child.rootHash(update.root()).equals(row.root().blake3())
        || before.keys() + update.grown() != row.keys()) {
      throw refusal(wave, "gives another root than the one that was acknowledged");
    }
    core.remember(update.created());
    core.startAt(
        before.pin(),
        wave,
        before
            .dirty()
            .with(
                new DirtyWave(
                    wave,
                    logged.delta(),
                    update,
                    row.treeVersion(),
                    logged.receipts(),
                    logged.events(),
                    new ValuePatch[logged.delta().size()])),
        before.cache());
  }

  /** What is under {@code keys} after the wave that {@code now} is at. */
  private List<byte @Nullable []> values(Core.Current now, List<StateKey> keys) {
    final List<byte @Nullable []> values = new ArrayList<>(keys.size());
    final List<byte[]> flushed = new ArrayList<>();
    final List<Integer> places = new ArrayList<>();
    for (final StateKey key : keys) {
      final StateDelta.Entry dirty = now.dirty().find(key, now.wave());
      if (dirty == null) {
        flushed.add(key.raw().toBytes());
        places.add(values.size());
      }
      values.add(dirty == null ? null : dirty.value());
    }
    final List<byte @Nullable []> read = core.database.getAll(Family.STATE, now.pin(), flushed);
    for (int i = 0; i < read.size(); i++) {
      values.set(places.get(i), read.get(i));
    }
    return values;
  }

  private StateException refusal(long wave, String problem) {
    return new StateException(
        "the log row of wave "
            + wave
            + " in "
            + core.database.path()
            + " "
            + problem
            + "; restore a snapshot or a backup into another directory");
  }
}
