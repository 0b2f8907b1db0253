package io.tidemill.state.rocks;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.LeafWalk;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.proof.Proof;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * Reads at a wave or at a child commit, on one pin and the dirty waves above it. A dirty wave and
 * the newest flushed one are read flat, below what dirty waves up to it wrote; an older one looks
 * first whether a later wave overwrote the key, and takes what was overwritten.
 */
final class RocksSnapshot implements Snapshot {
  private final Core core;
  private final long wave;
  private final StateRoot root;
  private final @Nullable Child top;
  private final boolean newest;
  private final ValueCache cache;
  private final @Nullable Hash32 commit;

  /** What is read; replaced once, when the dirty waves that it reads are flushed. */
  private volatile Core.Current at;

  private volatile boolean closed;

  /** A snapshot over {@code at}, whose pin use it takes over. */
  RocksSnapshot(
      Core core,
      Core.Current at,
      long wave,
      StateRoot root,
      @Nullable Child top,
      @Nullable Hash32 commit) {
    this.core = core;
    this.at = at.readAt(wave);
    this.wave = wave;
    this.root = root;
    this.top = top;
    this.newest = wave == at.wave();
    this.cache = at.cache();
    this.commit = commit;
    core.use(wave);
    if (!this.at.dirty().isEmpty()) {
      core.overDirty.add(this);
    }
  }

  /**
   * Goes over to {@code flushed} when that has the wave in its tables, so that a snapshot that
   * stays open for long does not keep dirty waves in memory. The caller holds {@link Core#writing}.
   */
  void settle(Core.Current flushed) {
    final Pin before;
    synchronized (this) {
      if (closed || wave > flushed.dirty().base()) {
        return;
      }
      before = at.pin();
      flushed.pin().retain();
      at = flushed.readAt(wave);
      core.overDirty.remove(this);
    }
    before.release();
  }

  @Override
  public long wave() {
    return wave;
  }

  @Override
  public StateRoot root() {
    return root;
  }

  @Nullable Child top() {
    return top;
  }

  /** The child commit this reads, or null for a wave. */
  @Nullable Hash32 commit() {
    return commit;
  }

  Core core() {
    return core;
  }

  /** What is read, with a use of its pin that the caller gives back. */
  Core.Current held() {
    while (true) {
      final Core.Current now = at;
      if (closed) {
        throw new StateException("this snapshot of wave " + wave + " is closed");
      }
      if (now.pin().tryRetain()) {
        return now;
      }
    }
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    if (newest && commit == null) {
      final byte[] value = cache.find(key, wave);
      if (!ValueCache.isMiss(value)) {
        return value;
      }
    }
    final Core.Current now = held();
    final Pin held = now.pin();
    try {
      if (commit != null) {
        final byte[] own = core.database.get(Family.FORK_VALUES, held, Keys.forkValue(commit, key));
        if (own != null) {
          return HistoryRow.untag(own);
        }
      }
      if (wave < now.dirty().base()) {
        return historic(now, key);
      }
      final StateDelta.Entry dirty = now.dirty().find(key, wave);
      final byte[] value =
          dirty != null
              ? dirty.value()
              : core.database.get(Family.STATE, held, key.raw().toBytes());
      if (newest && commit == null) {
        cache.fill(key, value, wave);
      }
      return value;
    } finally {
      held.release();
    }
  }

  private byte @Nullable [] historic(Core.Current now, StateKey key) {
    final HistoryRow.Chain chain;
    try (RocksIterator iterator = now.pin().iterate(Family.HISTORY)) {
      chain = HistoryRow.chain(core.database, iterator, key, wave, now.dirty().base());
    }
    return chain.value(
        chain.fromCurrent()
            ? core.database.get(Family.STATE, now.pin(), key.raw().toBytes())
            : null);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    final Pin held = held().pin();
    try {
      return core.database.get(Family.CODE, held, codeHash.toBytes());
    } finally {
      held.release();
    }
  }

  @Override
  public void prefetch(Collection<StateKey> keys) {
    if (!newest || commit != null) {
      return;
    }
    final Core.Current now = held();
    try {
      // What a flush has passed meanwhile is not at its newest in the tables any more.
      if (wave < now.dirty().base()) {
        return;
      }
      final List<StateKey> missing =
          keys.stream()
              .filter(key -> ValueCache.isMiss(cache.find(key, wave)))
              .filter(key -> now.dirty().find(key, wave) == null)
              .sorted()
              .toList();
      final List<byte[]> raw = missing.stream().map(key -> key.raw().toBytes()).toList();
      final List<byte @Nullable []> values = core.database.getAll(Family.STATE, now.pin(), raw);
      for (int i = 0; i < missing.size(); i++) {
        cache.fill(missing.get(i), values.get(i), wave);
      }
    } finally {
      now.pin().release();
    }
  }

  @Override
  public boolean isProvable() {
    final Pin held = held().pin();
    try {
      return wave < 0 || wave >= core.oldestAt(held, Core.Oldest.TREE);
    } finally {
      held.release();
    }
  }

  private void requireTree(Pin held) {
    if (!isProvable()) {
      throw new StateException(
          "the tree of wave "
              + wave
              + " is pruned; the oldest that is kept is "
              + core.oldestAt(held, Core.Oldest.TREE));
    }
  }

  @Override
  public void list(Hash32 from, Visitor visitor) {
    final Core.Current now = held();
    final Pin held = now.pin();
    try {
      requireTree(held);
      LeafWalk.run(
          top,
          from,
          (key, expected) -> core.nodes.load(now, key, expected),
          leaf -> {
            final byte[] value = get(leaf.key());
            if (value == null) {
              throw new StateException("key " + leaf.key() + " is in the tree and has no value");
            }
            return visitor.entry(leaf.key(), value);
          });
    } finally {
      held.release();
    }
  }

  @Override
  public Hash32 rootAfter(StateDelta delta) {
    final Core.Current now = held();
    try {
      requireTree(now.pin());
      final MerkleTree beside =
          MerkleTree.over((key, expected) -> core.nodes.load(now, key, expected), null);
      // The version is in the names of nodes that nobody keeps, and in no hash.
      return Child.rootHash(beside.update(top, now.treeVersion() + 1, delta).root());
    } finally {
      now.pin().release();
    }
  }

  @Override
  public void listCodes(Consumer<byte[]> visitor) {
    final Pin held = held().pin();
    try (RocksIterator iterator = held.iterate(Family.CODE)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        visitor.accept(iterator.value());
      }
      core.database.check(Family.CODE, iterator);
    } finally {
      held.release();
    }
  }

  @Override
  public long keys() {
    if (commit != null) {
      return Snapshot.super.keys();
    }
    final Pin held = held().pin();
    try {
      final WaveRow row = core.row(held, wave);
      return row == null ? 0 : row.keys();
    } finally {
      held.release();
    }
  }

  @Override
  public Proof prove(StateKey key) {
    final Core.Current now = held();
    final Pin held = now.pin();
    try {
      requireTree(held);
      return MerkleTree.over(core.nodes.at(now), null).prove(top, key.keyHash());
    } finally {
      held.release();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      core.overDirty.remove(this);
    }
    core.unuse(wave);
    at.pin().release();
  }
}
