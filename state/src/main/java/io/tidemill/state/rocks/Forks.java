package io.tidemill.state.rocks;

import io.tidemill.state.Commit;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.TreeUpdate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * Child commits beside the chain. Each is stored as its whole difference to the wave under it, tree
 * nodes included, so that commits come and go independently of each other.
 */
final class Forks {
  private final Core core;

  Forks(Core core) {
    this.core = core;
  }

  List<ForkRow> list(Pin pin) {
    final List<ForkRow> rows = new ArrayList<>();
    try (RocksIterator iterator = pin.iterate(Family.FORKS)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        rows.add(ForkRow.decode(Hash32.of(iterator.key()), iterator.value()));
      }
      core.database.check(Family.FORKS, iterator);
    }
    rows.sort(Comparator.comparingLong(ForkRow::order));
    return rows;
  }

  @Nullable ForkRow find(Pin pin, Hash32 id) {
    final byte[] bytes = core.database.get(Family.FORKS, pin, id.toBytes());
    return bytes == null ? null : ForkRow.decode(id, bytes);
  }

  /** The smallest wave under a commit, or {@code otherwise}. */
  long oldestWave(Pin pin, long otherwise) {
    long oldest = otherwise;
    for (final ForkRow row : list(pin)) {
      oldest = Math.min(oldest, row.commit().wave());
    }
    return oldest;
  }

  Commit commit(Snapshot base, StateDelta delta, List<WaveArtifacts.StoredCode> codes) {
    if (!(base instanceof RocksSnapshot from) || from.core() != core) {
      throw new IllegalArgumentException("the base is not a snapshot of a wave of this store");
    }
    core.writing.lock();
    core.retaining.lock();
    final Pin pin = from.held().pin();
    final Core.Current now = core.current();
    try {
      core.requireWritable();
      final WaveRow under = core.row(now.pin(), base.wave());
      if (under == null || base.wave() < core.oldest(Core.Oldest.TREE)) {
        throw new IllegalArgumentException(
            "wave " + base.wave() + " under the session is no longer retained");
      }
      final StateDelta whole = whole(pin, from.commit(), delta);
      final long version = core.nextTreeVersion();
      final TreeUpdate update = core.tree.update(under.top(), version, whole);
      final Hash32 id = Child.rootHash(update.root());
      final ForkRow known = find(now.pin(), id);
      if (known != null) {
        return known.commit();
      }
      final byte[] row = write(id, base.wave(), from.commit(), whole, update, version, codes);
      core.remember(update.created());
      core.refresh();
      return ForkRow.decode(id, row).commit();
    } finally {
      now.pin().release();
      pin.release();
      core.retaining.unlock();
      core.writing.unlock();
    }
  }

  private byte[] write(
      Hash32 id,
      long wave,
      @Nullable Hash32 parent,
      StateDelta whole,
      TreeUpdate update,
      long version,
      List<WaveArtifacts.StoredCode> codes) {
    final Batch batch = new Batch(core.database);
    final List<NodeKey> own = new ArrayList<>();
    update.created().forEach(created -> own.add(created.key()));
    new WaveBatch(batch, wave).nodes(update.created());
    for (final StateDelta.Entry entry : whole) {
      batch.put(Family.FORK_VALUES, Keys.forkValue(id, entry.key()), HistoryRow.tag(entry.value()));
    }
    WaveBatch.codes(batch, codes);
    final byte[] row = ForkRow.encode(version, wave, parent, update.root(), own);
    batch.put(Family.FORKS, id.toBytes(), row);
    core.write(batch, "writing child commit " + id);
    return row;
  }

  /** The delta of {@code parent} over its wave, with {@code delta} on top. */
  private StateDelta whole(Pin pin, @Nullable Hash32 parent, StateDelta delta) {
    if (parent == null) {
      return delta;
    }
    final TreeMap<StateKey, byte @Nullable []> merged = new TreeMap<>();
    final byte[] prefix = parent.toBytes();
    try (RocksIterator iterator = pin.iterate(Family.FORK_VALUES)) {
      for (iterator.seek(prefix);
          iterator.isValid() && Keys.samePrefix(iterator.key(), prefix, prefix.length);
          iterator.next()) {
        merged.put(StateKey.at(iterator.key(), Hash32.LENGTH), HistoryRow.untag(iterator.value()));
      }
      core.database.check(Family.FORK_VALUES, iterator);
    }
    for (final StateDelta.Entry entry : delta) {
      merged.put(entry.key(), entry.value());
    }
    return StateDelta.of(merged);
  }

  boolean delete(Hash32 id) {
    core.writing.lock();
    core.retaining.lock();
    final Core.Current now = core.current();
    try {
      core.requireWritable();
      final ForkRow row = find(now.pin(), id);
      if (row == null) {
        return false;
      }
      final Batch batch = new Batch(core.database);
      delete(batch, row);
      core.write(batch, "deleting child commit " + id);
      core.refresh();
      return true;
    } finally {
      now.pin().release();
      core.retaining.unlock();
      core.writing.unlock();
    }
  }

  static void delete(Batch batch, ForkRow row) {
    final byte[] id = row.commit().id().toBytes();
    batch.delete(Family.FORKS, id);
    batch.deleteRange(Family.FORK_VALUES, id, Keys.after(id));
    deleteNodes(batch, row.ownNodes());
  }

  /** Deletes the nodes whose encoded keys are {@code keys}, one after the other. */
  static int deleteNodes(Batch batch, byte[] keys) {
    int count = 0;
    int at = 0;
    while (at < keys.length) {
      final int length = NodeKey.encodedLength(keys[at + 8]);
      batch.delete(Family.JMT, java.util.Arrays.copyOfRange(keys, at, at + length));
      at += length;
      count++;
    }
    return count;
  }
}
