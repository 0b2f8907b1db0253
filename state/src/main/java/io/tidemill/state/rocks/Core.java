package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.merkle.TreeUpdate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
  /** The newest wave as readers see it; replaced as a whole, so that no reader sees a mixture. */
  record Current(
      long wave,
      StateRoot root,
      @Nullable Child top,
      long treeVersion,
      long keys,
      Pin pin,
      ValueCache cache) {
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

  private final @Nullable ExecutorService pool;
  private final AtomicReference<Current> current = new AtomicReference<>();
  private final Map<Oldest, Long> oldest = new EnumMap<>(Oldest.class);
  private long treeVersion;
  private volatile @Nullable String poison;
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
    this.nodes = new NodeCache(database, () -> current().pin(), options.nodeCacheEntries());
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
      byte[] row = null;
      try (var iterator = pin.iterate(Family.WAVES)) {
        iterator.seekToLast();
        if (iterator.isValid()) {
          wave = Keys.wave(iterator.key(), 0);
          row = iterator.value();
        }
        database.check(Family.WAVES, iterator);
      }
      final ValueCache cache = new ValueCache(options.valueCacheEntries(), wave);
      if (row == null) {
        current.set(new Current(-1, StateRoot.NONE, null, 0, 0, pin, cache));
      } else {
        final WaveRow last = WaveRow.decode(wave, row);
        current.set(
            new Current(
                wave, last.root(), last.top(), last.treeVersion(), last.keys(), pin, cache));
      }
      final long acknowledged = directory.acknowledgedWave();
      if (wave < acknowledged) {
        throw directory.lostWaves(wave, acknowledged);
      }
      directory.acknowledge(wave, current.get().root().blake3(), true);
    } catch (RuntimeException e) {
      pin.release();
      stop();
      throw e;
    }
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

  /** Makes every later write fail. */
  StateException poison(String what, Exception cause) {
    final String reason = what + " failed in " + database.path() + ": " + cause.getMessage();
    if (poison == null) {
      poison = reason;
    }
    return new StateException(reason + "; nothing was acknowledged, restart the node", cause);
  }

  /** Writes {@code batch} with a sync, or poisons the store. */
  void write(Batch batch, String what) {
    batch.put(Family.META, VERSION_KEY, Keys.wave(treeVersion));
    try {
      CrashPoints.hit("batch.built");
      database.write(batch, true);
      CrashPoints.hit("batch.written");
    } catch (RocksDBException e) {
      throw poison(what, e);
    }
  }

  /**
   * Notes that {@code wave} is acknowledged and shows it to readers; the batch with it is on disk.
   * When the note cannot be written, readers stay where they are.
   */
  void switchTo(
      long wave, StateRoot root, @Nullable Child top, long version, long keys, ValueCache cache) {
    try {
      directory.acknowledge(wave, root.blake3(), false);
    } catch (StateException e) {
      throw poison("acknowledging wave " + wave, e);
    }
    CrashPoints.hit("head.acknowledged");
    final Current next = new Current(wave, root, top, version, keys, database.pin(), cache);
    final Current before = current.getAndSet(next);
    before.pin().release();
    CrashPoints.hit("head.switched");
  }

  /** Lets readers see what was written beside the chain; the caller holds {@link #writing}. */
  void refresh() {
    final Current now = current.get();
    final Current next =
        new Current(
            now.wave(),
            now.root(),
            now.top(),
            now.treeVersion(),
            now.keys(),
            database.pin(),
            now.cache());
    current.set(next);
    now.pin().release();
  }

  /** The values of the delta's keys at the head, in order, null where absent. */
  List<byte @Nullable []> valuesBefore(Current at, StateDelta delta) {
    final List<byte @Nullable []> values = new ArrayList<>(delta.size());
    final List<byte[]> missing = new ArrayList<>();
    final List<Integer> places = new ArrayList<>();
    for (int i = 0; i < delta.size(); i++) {
      final StateKey key = delta.get(i).key();
      final byte[] value = at.cache().find(key, at.wave());
      values.add(value);
      if (ValueCache.isMiss(value)) {
        missing.add(key.raw().toBytes());
        places.add(i);
      }
    }
    if (!missing.isEmpty()) {
      final List<byte @Nullable []> found = database.getAll(Family.STATE, at.pin(), missing);
      for (int i = 0; i < found.size(); i++) {
        values.set(places.get(i), found.get(i));
      }
    }
    return values;
  }

  /** Appends new nodes to {@code batch}. */
  static void putNodes(Batch batch, List<TreeUpdate.Created> created) {
    for (final TreeUpdate.Created item : created) {
      final int keyLength = io.tidemill.state.merkle.NodeKey.encodedLength(item.key().depth());
      final int valueLength = item.node().encodedLength();
      batch.startPut(Family.JMT, keyLength, valueLength);
      batch.length(keyLength);
      batch.skip(item.key().encodeTo(batch.array(), batch.at()));
      batch.length(valueLength);
      batch.skip(item.node().encodeTo(batch.array(), batch.at()));
    }
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
    if (closed) {
      return;
    }
    closed = true;
    current.get().pin().release();
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
