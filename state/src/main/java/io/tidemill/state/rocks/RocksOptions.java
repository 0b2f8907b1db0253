package io.tidemill.state.rocks;

import io.tidemill.state.Retention;
import io.tidemill.state.writeback.WriteBack;

/**
 * How a store is opened. Nothing here changes a root.
 *
 * @param chainId the chain the directory belongs to; a directory of another chain is refused
 * @param retention what is kept
 * @param nodeCacheEntries tree nodes held in memory, about 800 bytes each
 * @param valueCacheEntries values held in memory; 0 switches the cache off
 * @param hashingThreads threads that share a large tree update; 1 uses the writer alone
 * @param blockCacheBytes cache of the database
 * @param memtableBytes what the database buffers over all column families before it flushes
 * @param writeBack when what waves wrote goes to the database's tables
 */
public record RocksOptions(
    long chainId,
    Retention retention,
    int nodeCacheEntries,
    int valueCacheEntries,
    int hashingThreads,
    long blockCacheBytes,
    long memtableBytes,
    WriteBack writeBack) {
  /** About what a cached node takes on the heap. */
  private static final int NODE_BYTES = 800;

  /** About what a cached value takes on the heap. */
  private static final int VALUE_BYTES = 250;

  /** Checks the numbers. */
  public RocksOptions {
    if (nodeCacheEntries < 0 || valueCacheEntries < 0 || hashingThreads < 1) {
      throw new IllegalArgumentException("cache sizes must not be negative; at least one thread");
    }
  }

  /** Caches that take about a third of the heap when they are full, for nodes up to 6.3 GiB. */
  public static RocksOptions of(long chainId) {
    final long heap = Runtime.getRuntime().maxMemory();
    return new RocksOptions(
        chainId,
        Retention.FULL,
        Math.clamp(heap / 4 / NODE_BYTES, 1 << 12, 1 << 23),
        Math.clamp(heap / 16 / VALUE_BYTES, 1 << 12, 1 << 18),
        Math.max(1, Runtime.getRuntime().availableProcessors()),
        256L << 20,
        128L << 20,
        WriteBack.standard());
  }

  /** The same with another retention. */
  public RocksOptions withRetention(Retention changed) {
    return new RocksOptions(
        chainId,
        changed,
        nodeCacheEntries,
        valueCacheEntries,
        hashingThreads,
        blockCacheBytes,
        memtableBytes,
        writeBack);
  }

  /** The same with other cache sizes. */
  public RocksOptions withCaches(int nodes, int values) {
    return new RocksOptions(
        chainId,
        retention,
        nodes,
        values,
        hashingThreads,
        blockCacheBytes,
        memtableBytes,
        writeBack);
  }

  /** The same with another number of hashing threads. */
  public RocksOptions withHashingThreads(int threads) {
    return new RocksOptions(
        chainId,
        retention,
        nodeCacheEntries,
        valueCacheEntries,
        threads,
        blockCacheBytes,
        memtableBytes,
        writeBack);
  }

  /** The same with another database memory budget. */
  public RocksOptions withDatabaseMemory(long blockCache, long memtables) {
    return new RocksOptions(
        chainId,
        retention,
        nodeCacheEntries,
        valueCacheEntries,
        hashingThreads,
        blockCache,
        memtables,
        writeBack);
  }

  /** The same with other triggers of the flush, or {@link WriteBack#OFF}. */
  public RocksOptions withWriteBack(WriteBack changed) {
    return new RocksOptions(
        chainId,
        retention,
        nodeCacheEntries,
        valueCacheEntries,
        hashingThreads,
        blockCacheBytes,
        memtableBytes,
        changed);
  }
}
