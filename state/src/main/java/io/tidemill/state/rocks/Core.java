package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.writeback.DirtyWaves;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * What the parts of the store share: the database, the tree, the head, the locks and the poison.
 *
 * <p>Lock order: {@link #writing} before {@link #retaining}. {@code writing} is held by everything
 * that moves the head; {@code retaining} by everything that takes a version away or starts to
 * depend on one.
 */
final class Core {
  /**
   * The newest wave as readers see it; replaced as a whole, so that no reader sees a mixture.
   *
   * @param dirty what is not in the tables that {@code pin} sees; it lies exactly on them
   */
  record Current(
      long wave,
      StateRoot root,
      @Nullable Child top,
      long treeVersion,
      long keys,
      Pin pin,
      ValueCache cache,
      DirtyWaves dirty) {
    /** The head of {@code wave}, whose row is {@code row}; null before the genesis. */
    static Current of(
        long wave, @Nullable WaveRow row, Pin pin, ValueCache cache, DirtyWaves dirty) {
      return row == null
          ? new Current(-1, StateRoot.NONE, null, 0, 0, pin, cache, dirty)
          : new Current(
              wave, row.root(), row.top(), row.treeVersion(), row.keys(), pin, cache, dirty);
    }

    /** The same head on {@code later}, whose tables have the waves up to {@code flushed}. */
    Current on(Pin later, long flushed) {
      return new Current(
          wave, root, top, treeVersion, keys, later, cache, dirty.flushedTo(flushed));
    }

    /** The same for who reads at {@code reader}, without dirty waves that it does not need. */
    Current readAt(long reader) {
      return reader > dirty.base()
          ? this
          : new Current(
              wave, root, top, treeVersion, keys, pin, cache, DirtyWaves.above(dirty.base()));
    }

    StateStore.@Nullable Head head() {
      return wave < 0 ? null : new StateStore.Head(wave, root);
    }
  }

  /** The name under which the oldest retained wave of a kind is kept in the meta family. */
  enum Oldest {
    STATE,
    TREE,
    EVENTS,
    RECORDS;

    /** Whether it is about the state and not about what waves left beside it. */
    boolean isOfState() {
      return this == STATE || this == TREE;
    }

    byte[] key() {
      return ("oldest_" + name().toLowerCase(java.util.Locale.ROOT))
          .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
  }

  private static final byte[] VERSION_KEY = {'v', 'e', 'r', 's', 'i', 'o', 'n'};

  final RocksOptions options;
  final StoreDirectory directory;
  final Database database;
  final NodeCache nodes;
  final MerkleTree tree;
  final ReentrantLock writing = new ReentrantLock();
  final ReentrantLock retaining = new ReentrantLock();

  /** Waves that open snapshots read at, with how many; they are not pruned. */
  final NavigableMap<Long, Integer> inUse = new ConcurrentSkipListMap<>();

  /** Open snapshots that read dirty waves; each lets go of them once they are flushed. */
  final Set<RocksSnapshot> overDirty = ConcurrentHashMap.newKeySet();

  private final @Nullable ExecutorService pool;
  private final AtomicReference<Current> current = new AtomicReference<>();
  private final Map<Oldest, Long> oldest = new EnumMap<>(Oldest.class);
  private long treeVersion;
  private volatile @Nullable String poison;
  private volatile Consumer<String> poisonListener = reason -> {};
  private volatile boolean closed;

  Core(RocksOptions options, StoreDirectory directory, Database database) {
    this.options = options;
    this.directory = directory;
    this.database = database;
    this.pool =
        options.hashingThreads() > 1
            ? Executors.newFixedThreadPool(
                options.hashingThreads(),
                Thread.ofPlatform().daemon().name("state-hash-", 0).factory())
            : null;
    this.nodes = new NodeCache(database, this::current, options.nodeCacheEntries());
    this.tree = MerkleTree.over(nodes, pool);
    load();
  }

  private void load() {
    final Pin pin = database.pin();
    try {
      treeVersion = meta(pin, VERSION_KEY, 0);
      for (final Oldest kind : Oldest.values()) {
        oldest.put(kind, meta(pin, kind.key(), 0));
      }
      long wave = -1;
      try (var iterator = pin.iterate(Family.WAVES)) {
        iterator.seekToLast();
        if (iterator.isValid()) {
          wave = Keys.wave(iterator.key(), 0);
        }
        database.check(Family.WAVES, iterator);
      }
      final long acknowledged = directory.acknowledgedWave();
      if (wave < acknowledged) {
        throw directory.lostWaves(wave, acknowledged);
      }
      final long flushed = meta(pin, Flush.FLUSHED_KEY, wave);
      startAt(
          pin,
          flushed,
          DirtyWaves.above(flushed),
          new ValueCache(options.valueCacheEntries(), wave));
    } catch (RuntimeException e) {
      pin.release();
      stop();
      throw e;
    }
    try {
      new Replay(this).run();
      noteFlushed();
      directory.acknowledge(peek().wave(), peek().root().blake3(), true);
    } catch (RuntimeException e) {
      peek().pin().release();
      stop();
      throw e;
    }
  }

  /** A store without write-back, or of an older build, does not say that everything is flushed. */
  private void noteFlushed() {
    final Current now = peek();
    if (database.get(Family.META, now.pin(), Flush.FLUSHED_KEY) == null) {
      final Batch batch = new Batch(database);
      batch.put(Family.META, Flush.FLUSHED_KEY, Keys.wave(now.wave()));
      try {
        database.write(batch);
      } catch (RocksDBException e) {
        throw poison("noting the flushed wave", e);
      }
      refresh();
    }
  }

  /** Makes {@code wave}, whose row {@code pin} has, the head; for opening a store. */
  void startAt(Pin pin, long wave, DirtyWaves dirty, ValueCache cache) {
    final WaveRow row = row(pin, wave);
    if (row == null && wave >= 0) {
      throw new StateException(
          "the row of wave "
              + wave
              + " is missing in "
              + database.path()
              + "; restore a snapshot or a backup");
    }
    current.set(Current.of(wave, row, pin, cache, dirty));
  }

  /** The newest wave that is in the tables as {@code pin} sees them. */
  long flushedAt(Pin pin) {
    return meta(pin, Flush.FLUSHED_KEY, -1);
  }

  private long meta(Pin pin, byte[] key, long otherwise) {
    final byte[] value = database.get(Family.META, pin, key);
    return value == null ? otherwise : Keys.wave(value, 0);
  }

  /** The head with a use of its pin, which the caller gives back. */
  Current current() {
    while (true) {
      if (closed) {
        throw new StateException("the state store is closed");
      }
      final Current now = current.get();
      if (now.pin().tryRetain()) {
        return now;
      }
    }
  }

  /** The head without a use of its pin: for what is not read from the database. */
  Current peek() {
    return current.get();
  }

  /** A tree version that was never used before, even by an update that was dropped. */
  long nextTreeVersion() {
    return ++treeVersion;
  }

  /** Says that tree versions up to {@code used} are taken. */
  void useTreeVersion(long used) {
    treeVersion = Math.max(treeVersion, used);
  }

  long oldest(Oldest kind) {
    synchronized (oldest) {
      return oldest.getOrDefault(kind, 0L);
    }
  }

  /** The oldest retained wave as {@code pin} sees it: what was pruned later is still readable. */
  long oldestAt(Pin pin, Oldest kind) {
    return meta(pin, kind.key(), 0);
  }

  void setOldest(Oldest kind, long wave) {
    synchronized (oldest) {
      oldest.put(kind, wave);
    }
  }

  /** Throws unless writing is possible. */
  void requireWritable() {
    if (closed) {
      throw new StateException("the state store is closed");
    }
    if (poison != null) {
      throw new StateException("the state store is poisoned until restart: " + poison);
    }
  }

  @Nullable String poison() {
    return poison;
  }

  void whenPoisoned(Consumer<String> listener) {
    poisonListener = listener;
    final String already = poison;
    if (already != null) {
      listener.accept(already);
    }
  }

  /** Makes every later write fail. */
  StateException poison(String what, Exception cause) {
    final String reason = what + " failed in " + database.path() + ": " + cause.getMessage();
    if (poison == null) {
      poison = reason;
      poisonListener.accept(reason);
    }
    return new StateException(reason + "; nothing was acknowledged, restart the node", cause);
  }

  /** Writes {@code batch} with a sync, or poisons the store. */
  void write(Batch batch, String what) {
    batch.put(Family.META, VERSION_KEY, Keys.wave(treeVersion));
    try {
      CrashPoints.hit("batch.built");
      database.write(batch);
      CrashPoints.hit("batch.written");
    } catch (RocksDBException e) {
      throw poison(what, e);
    }
  }

  /**
   * Notes that {@code wave}, which is on disk, is acknowledged, and shows it to readers, on what
   * the tables hold now. When the note cannot be written, readers stay where they are.
   */
  void switchTo(long wave, WaveRow row, ValueCache cache, DirtyWaves dirty) {
    try {
      directory.acknowledge(wave, row.root().blake3(), false);
    } catch (StateException e) {
      throw poison("acknowledging wave " + wave, e);
    }
    CrashPoints.hit("head.acknowledged");
    show(Current.of(wave, row, peek().pin(), cache, dirty));
    CrashPoints.hit("head.switched");
  }

  /**
   * Lets readers see what was written beside the chain or flushed; the caller holds {@link
   * #writing}.
   */
  void refresh() {
    if (closed) {
      throw new StateException("the state store is closed");
    }
    show(peek());
  }

  private void show(Current next) {
    final Pin before = peek().pin();
    final Pin pin = database.pin();
    final Current shown = next.on(pin, flushedAt(pin));
    current.set(shown);
    before.release();
    overDirty.forEach(snapshot -> snapshot.settle(shown));
  }

  void remember(List<TreeUpdate.Created> created) {
    for (final TreeUpdate.Created item : created) {
      nodes.put(item.key(), item.node());
    }
  }

  @Nullable WaveRow row(Pin pin, long wave) {
    final byte[] bytes = wave < 0 ? null : database.get(Family.WAVES, pin, Keys.wave(wave));
    return bytes == null ? null : WaveRow.decode(wave, bytes);
  }

  void use(long wave) {
    inUse.merge(wave, 1, Integer::sum);
  }

  void unuse(long wave) {
    inUse.computeIfPresent(wave, (key, count) -> count == 1 ? null : count - 1);
  }

  /** The smallest wave that an open snapshot reads at, or {@code otherwise}. */
  long oldestInUse(long otherwise) {
    final Map.Entry<Long, Integer> first = inUse.firstEntry();
    return first == null ? otherwise : Math.min(otherwise, first.getKey());
  }

  /** Refuses everything from now on and frees what readers do not hold. */
  void close() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      current.get().pin().release();
    } finally {
      writing.unlock();
    }
    stop();
    final long deadline = System.nanoTime() + 5_000_000_000L;
    while (!database.isClosed() && System.nanoTime() < deadline) {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  private void stop() {
    if (pool != null) {
      pool.shutdownNow();
    }
    database.close(directory::close);
  }
}
