package io.tidemill.state.rocks;

import io.tidemill.state.Commit;
import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.Proposal;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.state.writeback.DirtyWave;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The durable state of a chain in one directory; see {@link StoreDirectory} for what is in it. */
public final class RocksStateStore implements StateStore {
  private final Core core;
  private final Forks forks;
  private final Flusher flusher;
  private final Pruner pruner;
  private final WaveReader reader;
  private @Nullable RocksProposal open;

  /** What a commit writes; guarded by {@link Core#writing}. */
  private final Batch batch;

  private RocksStateStore(Core core) {
    this.core = core;
    this.forks = new Forks(core);
    this.pruner = new Pruner(core, forks);
    this.flusher = new Flusher(core, pruner::soon);
    this.reader = new WaveReader(core);
    this.batch = new Batch(core.database);
  }

  /**
   * Opens the store in {@code directory}, which is created when it does not exist.
   *
   * @throws StateException naming the file and the remedy if the directory is of another chain or a
   *     newer format, is held by another process, is damaged, or holds foreign files; nothing is
   *     changed then
   */
  public static RocksStateStore open(Path directory, RocksOptions options) {
    final StoreDirectory taken = StoreDirectory.take(directory, options.chainId());
    Database database = null;
    try {
      database = Database.open(taken.database(), !taken.hasDatabase(), options);
    } finally {
      if (database == null) {
        taken.close();
      }
    }
    taken.upgrade(options.chainId());
    final RocksStateStore store = new RocksStateStore(new Core(options, taken, database));
    try {
      store.flusher.begin();
      return store;
    } catch (StateException e) {
      store.abandon();
      throw e;
    }
  }

  /**
   * The chain that the store in {@code directory} belongs to; it is not opened for that.
   *
   * @throws StateException if there is no store of a known format
   */
  public static long chainIdOf(Path directory) {
    return StoreDirectory.chainOfState(directory);
  }

  /**
   * The last acknowledged wave of the store in {@code directory}, or -1; it is not opened for that.
   * After a power cut it may be an older one than is there.
   */
  public static long acknowledgedWave(Path directory) {
    return StoreDirectory.acknowledgedWave(directory);
  }

  @Override
  public @Nullable Head head() {
    return core.peek().head();
  }

  @Override
  public long oldestWave() {
    return core.peek().wave() < 0 ? -1 : core.oldest(Core.Oldest.STATE);
  }

  @Override
  public Snapshot snapshot() {
    final Core.Current now = core.current();
    return new RocksSnapshot(core, now, now.wave(), now.root(), now.top(), null);
  }

  @Override
  public @Nullable Snapshot snapshotAt(long wave) {
    final Core.Current now = core.current();
    RocksSnapshot snapshot = null;
    try {
      if (wave >= 0 && wave <= now.wave() && wave >= core.oldestAt(now.pin(), Core.Oldest.STATE)) {
        final WaveRow row = core.row(now.pin(), wave);
        if (row != null) {
          snapshot = new RocksSnapshot(core, now, wave, row.root(), row.top(), null);
        }
      }
      return snapshot;
    } finally {
      if (snapshot == null) {
        now.pin().release();
      }
    }
  }

  @Override
  public Proposal propose(StateDelta delta) {
    core.writing.lock();
    final Core.Current now = core.current();
    try {
      core.requireWritable();
      requireNoProposal();
      final long version = core.nextTreeVersion();
      final TreeUpdate update = core.tree.update(now.top(), version, delta);
      final RocksProposal proposal =
          new RocksProposal(
              this, now.wave() + 1, delta, update, version, now.keys() + update.grown());
      open = proposal;
      return proposal;
    } finally {
      now.pin().release();
      core.writing.unlock();
    }
  }

  void commit(RocksProposal proposal, WaveArtifacts artifacts) {
    core.writing.lock();
    try {
      core.requireWritable();
      end(proposal);
      flusher.makeRoom();
      final long wave = proposal.wave();
      final WaveRow row = proposal.row(artifacts);
      final ValueCache cache = core.peek().cache();
      final DirtyWave dirty =
          proposal.dirty(
              artifacts,
              key -> {
                final byte[] before = cache.find(key, wave - 1);
                return ValueCache.isMiss(before) ? null : before;
              });
      batch.clear();
      batch.put(Family.WAVES, Keys.wave(wave), row.encode());
      WaveBatch.codes(batch, artifacts.codes());
      flusher.add(batch, dirty);
      core.write(batch, "committing wave " + wave);
      core.remember(dirty.update().created());
      final Core.Current now = core.peek();
      now.cache().write(dirty.delta(), wave);
      core.switchTo(wave, row, now.cache(), now.dirty().with(dirty));
      flusher.committed();
    } finally {
      core.writing.unlock();
    }
    pruner.soon();
  }

  /** Writes what is dirty into the tables, now. */
  public void flush() {
    core.writing.lock();
    try {
      flusher.all();
    } finally {
      core.writing.unlock();
    }
  }

  /** Takes away everything that retention does not ask for, now. */
  public void prune() {
    flush();
    pruner.run(Integer.MAX_VALUE);
    core.writing.lock();
    try {
      core.refresh();
    } finally {
      core.writing.unlock();
    }
  }

  void discard(RocksProposal proposal) {
    core.writing.lock();
    try {
      end(proposal);
    } finally {
      core.writing.unlock();
    }
  }

  private void end(RocksProposal proposal) {
    proposal.end();
    open = null;
  }

  private void requireNoProposal() {
    if (open != null) {
      throw new IllegalStateException("the proposal of wave " + open.wave() + " is still open");
    }
  }

  @Override
  public void rollbackTo(long wave) {
    core.writing.lock();
    try {
      requireNoProposal();
      flusher.all();
      new Rollback(core, forks).to(wave);
    } finally {
      core.writing.unlock();
    }
  }

  @Override
  public @Nullable StateDelta delta(long wave) {
    return reader.delta(wave);
  }

  @Override
  public byte @Nullable [] waveRecord(long wave) {
    return reader.record(wave);
  }

  @Override
  public @Nullable Hash32 contentHash(long wave) {
    return reader.ofRow(wave, WaveRow::contentHash);
  }

  @Override
  public @Nullable StateRoot rootOf(long wave) {
    return reader.ofRow(wave, WaveRow::root);
  }

  @Override
  public @Nullable List<byte[]> receipts(long wave) {
    return reader.receipts(wave);
  }

  @Override
  public @Nullable ReceiptLocation receiptLocation(Hash32 transactionHash) {
    return reader.location(transactionHash);
  }

  @Override
  public byte @Nullable [] receipt(ReceiptLocation location) {
    return reader.receipt(location);
  }

  @Override
  public @Nullable List<byte[]> events(long wave) {
    return reader.events(wave);
  }

  @Override
  public EventPage queryEvents(EventQuery query) {
    return reader.query(query);
  }

  @Override
  public List<Commit> commits() {
    final List<Commit> commits =
        reader.reading((now, pin) -> forks.list(pin).stream().map(ForkRow::commit).toList());
    return commits == null ? List.of() : commits;
  }

  @Override
  public @Nullable Snapshot snapshotOf(Hash32 commit) {
    final Core.Current now = core.current();
    RocksSnapshot snapshot = null;
    try {
      final ForkRow row = forks.find(now.pin(), commit);
      if (row != null) {
        snapshot =
            new RocksSnapshot(
                core, now, row.commit().wave(), row.commit().root(), row.top(), commit);
      }
      return snapshot;
    } finally {
      if (snapshot == null) {
        now.pin().release();
      }
    }
  }

  @Override
  public Commit commitChild(Snapshot base, StateDelta delta, List<WaveArtifacts.StoredCode> codes) {
    // A child commit may be read for long: nothing under it stays dirty.
    flush();
    return forks.commit(base, delta, codes);
  }

  @Override
  public boolean deleteCommit(Hash32 commit) {
    return forks.delete(commit);
  }

  /** Checks the store against itself; takes as long as reading it all takes. */
  public VerifyReport verify() {
    final Core.Current now;
    core.writing.lock();
    try {
      flusher.all();
      now = core.current();
    } finally {
      core.writing.unlock();
    }
    try {
      return new Verifier(core, now).run();
    } finally {
      now.pin().release();
    }
  }

  /** How far the tables are behind the log. */
  public WriteBackStats writeBack() {
    return flusher.stats();
  }

  /** How often the caches had what was asked for. */
  public CacheStats caches() {
    final ValueCache values = core.peek().cache();
    return new CacheStats(values.hits(), values.misses(), core.nodes.hits(), core.nodes.misses());
  }

  /** Numbers about the store; row counts are estimates of the database. */
  public StoreStats stats() {
    return StoreStats.of(core, commits().size());
  }

  /**
   * Makes a store in {@code target}, which must be empty or absent, from the snapshot in {@code
   * snapshot}; every chunk and the root are checked before the directory gets its name.
   */
  public static SnapshotManifest restore(Path snapshot, Path target, RocksOptions options) {
    return new SnapshotRestore(snapshot, target, options).run();
  }

  Core core() {
    return core;
  }

  /** Merges the files of the database, which makes it smaller and takes a while. */
  public void compact() {
    core.database.compact();
  }

  @Override
  public @Nullable String poisonedBy() {
    return core.poison();
  }

  @Override
  public void whenPoisoned(Consumer<String> listener) {
    core.whenPoisoned(listener);
  }

  @Override
  public void close() {
    pruner.stop();
    flusher.close();
    core.close();
  }

  /** Leaves the directory as a killed process would: nothing more is flushed. */
  void abandon() {
    pruner.stop();
    flusher.stop();
    core.close();
  }
}
