package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The native database and the life of its handles. It turns native errors into {@link
 * StateException} and frees everything when the last {@link Pin} is gone after {@link #close}.
 *
 * <p>Recovery is point-in-time: what follows a torn record of the log is dropped, which is right
 * for the one write that was in flight; that nothing acknowledged was dropped is checked by {@link
 * StoreDirectory}.
 */
final class Database {
  static {
    RocksDB.loadLibrary();
  }

  private final Path path;
  private final RocksDB rocks;
  private final List<RocksObject> owned = new ArrayList<>();
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);

  /** The numbers of the families: asking for one is a native call. */
  private final int[] ids = new int[Family.values().length];

  private final WriteOptions synced;
  private final WriteOptions unsynced;
  private final WriteOptions unlogged;

  /** One for the open store and one for each pin. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile Runnable afterClose = () -> {};
  private volatile boolean freed;

  private Database(Path path, boolean create, RocksOptions options) throws RocksDBException {
    this.path = path;
    final Cache cache = own(new LRUCache(options.blockCacheBytes()));
    final DBOptions db = own(databaseOptions(create, options));
    final List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(
        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, own(new ColumnFamilyOptions())));
    for (final Family family : Family.values()) {
      descriptors.add(
          new ColumnFamilyDescriptor(family.storedName(), own(familyOptions(family, cache))));
    }
    final List<ColumnFamilyHandle> opened = new ArrayList<>();
    this.rocks = RocksDB.open(db, path.toString(), descriptors, opened);
    owned.add(opened.getFirst());
    int next = 1;
    for (final Family family : Family.values()) {
      final ColumnFamilyHandle handle = opened.get(next++);
      handles.put(family, handle);
      ids[family.ordinal()] = handle.getID();
      owned.add(handle);
    }
    this.synced = own(new WriteOptions().setSync(true));
    this.unsynced = own(new WriteOptions());
    this.unlogged = own(new WriteOptions().setDisableWAL(true));
  }

  /** Opens the database in {@code path}; creates it only when {@code create}. */
  static Database open(Path path, boolean create, RocksOptions options) {
    try {
      Files.createDirectories(path);
      return new Database(path, create, options);
    } catch (RocksDBException | java.io.IOException e) {
      throw new StateException(
          "cannot open the database in "
              + path
              + ": "
              + e.getMessage()
              + ". Nothing was changed; restore the missing or damaged file from a backup, or"
              + " restore a snapshot into an empty directory",
          e);
    }
  }

  private static DBOptions databaseOptions(boolean create, RocksOptions options) {
    // The Java options lack a setter for the first one: it finds logs that went missing.
    final Properties strict = new Properties();
    strict.setProperty("track_and_verify_wals_in_manifest", "true");
    strict.setProperty("verify_sst_unique_id_in_manifest", "true");
    final DBOptions db = DBOptions.getDBOptionsFromProps(strict);
    if (db == null) {
      throw new StateException("this RocksDB does not know the log tracking options");
    }
    return db.setCreateIfMissing(create)
        .setCreateMissingColumnFamilies(true)
        .setParanoidChecks(true)
        .setMaxBackgroundJobs(2)
        .setDbWriteBufferSize(options.memtableBytes())
        .setMaxTotalWalSize(2 * options.memtableBytes())
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(4)
        .setMaxLogFileSize(4 << 20)
        .setMaxBgErrorResumeCount(0);
  }

  private ColumnFamilyOptions familyOptions(Family family, Cache cache) {
    final BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(family.isPointLookup() ? 4 << 10 : 16 << 10)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    if (family.isPointLookup()) {
      table.setFilterPolicy(own(new BloomFilter(10)));
    }
    return new ColumnFamilyOptions()
        .setTableFormatConfig(table)
        .setWriteBufferSize(32 << 20)
        .setLevelCompactionDynamicLevelBytes(true)
        .setCompressionType(
            family.isCompressible()
                ? CompressionType.LZ4_COMPRESSION
                : CompressionType.NO_COMPRESSION);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  Path path() {
    return path;
  }

  /** The number of the family in write batches. */
  int id(Family family) {
    return ids[family.ordinal()];
  }

  private ColumnFamilyHandle handle(Family family) {
    final ColumnFamilyHandle handle = handles.get(family);
    if (handle == null) {
      throw new IllegalStateException("no handle for " + family);
    }
    return handle;
  }

  /** A pin on what is in the database now; the caller gives it back. */
  Pin pin() {
    users.incrementAndGet();
    return new Pin(this, rocks.getSnapshot());
  }

  void release(Snapshot snapshot) {
    rocks.releaseSnapshot(snapshot);
    snapshot.close();
    leave();
  }

  byte @Nullable [] get(Family family, Pin pin, byte[] key) {
    try {
      return rocks.get(handle(family), pin.options(), key);
    } catch (RocksDBException e) {
      throw unreadable(family, e);
    }
  }

  /** The values of {@code keys} in order, null where absent. */
  List<byte @Nullable []> getAll(Family family, Pin pin, List<byte[]> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    try {
      final List<ColumnFamilyHandle> all =
          java.util.Collections.nCopies(keys.size(), handle(family));
      return new ArrayList<byte @Nullable []>(rocks.multiGetAsList(pin.options(), all, keys));
    } catch (RocksDBException e) {
      throw unreadable(family, e);
    }
  }

  RocksIterator iterate(Family family, ReadOptions options) {
    return rocks.newIterator(handle(family), options);
  }

  /** Throws if {@code iterator} stopped because of an error. */
  void check(Family family, RocksIterator iterator) {
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw unreadable(family, e);
    }
  }

  private StateException unreadable(Family family, RocksDBException e) {
    return new StateException("cannot read " + family + " in " + path + ": " + e.getMessage(), e);
  }

  /** Writes all of {@code batch} or nothing; returns when it and all before it is on disk. */
  void write(Batch batch) throws RocksDBException {
    write(batch, synced);
  }

  /**
   * Writes {@code batch} without waiting for the disk. A power cut may take it away <em>and leave
   * what was written later</em>: when the database begins a new log in between, the two are in
   * different files, and those reach the disk in any order. So nothing may rest on such a write
   * before a synced one has returned.
   */
  void writeAhead(Batch batch) throws RocksDBException {
    write(batch, unsynced);
  }

  private void write(Batch batch, WriteOptions options) throws RocksDBException {
    try (WriteBatch nativeBatch = new WriteBatch(batch.toBytes())) {
      rocks.write(options, nativeBatch);
    }
  }

  /**
   * Writes {@code batch} past the log: it survives a crash only after {@link #flushTables}, so this
   * is for directories that are thrown away when their making is cut off.
   */
  void writeUnlogged(Batch batch) throws RocksDBException {
    write(batch, unlogged);
  }

  /**
   * Makes the next write begin a new log and holds back the flush that would sync the one before:
   * what a busy database does now and then, for tests that need it now. Not to be undone.
   */
  void leaveLog() throws RocksDBException {
    rocks.pauseBackgroundWork();
    try (FlushOptions atOnce = new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true)) {
      rocks.flush(atOnce, handle(Family.META));
    }
  }

  /** Writes everything that is in memory into synced table files. */
  void flushTables() throws RocksDBException {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      rocks.flush(wait, List.copyOf(handles.values()));
    }
  }

  /** A property of the database or of a family as a number, or -1. */
  long number(@Nullable Family family, String property) {
    try {
      return family == null
          ? rocks.getLongProperty(property)
          : rocks.getLongProperty(handle(family), property);
    } catch (RocksDBException e) {
      return -1;
    }
  }

  /** Merges the files of all families; for tools and benchmarks. */
  void compact() {
    try {
      for (final ColumnFamilyHandle handle : handles.values()) {
        rocks.compactRange(handle);
      }
    } catch (RocksDBException e) {
      throw new StateException("cannot compact " + path + ": " + e.getMessage(), e);
    }
  }

  /** Verifies the checksum of every table file. */
  void verifyChecksums() {
    try {
      rocks.verifyChecksum();
    } catch (RocksDBException e) {
      throw new StateException("damaged file in " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Lets go of the store's own use. {@code then} runs when the last pin is gone and the database is
   * closed, now or later, on whatever thread that is.
   */
  void close(Runnable then) {
    afterClose = then;
    leave();
  }

  /** Whether everything is freed and what {@link #close} was given has run. */
  boolean isClosed() {
    return freed;
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      // Handles before the database, the database before the options it points to.
      for (int i = owned.size() - 1; i >= 0; i--) {
        if (owned.get(i) instanceof ColumnFamilyHandle handle) {
          handle.close();
        }
      }
      rocks.close();
      for (int i = owned.size() - 1; i >= 0; i--) {
        owned.get(i).close();
      }
      afterClose.run();
      freed = true;
    }
  }
}
