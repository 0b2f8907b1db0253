package io.tidemill.state.rocks;

import io.tidemill.state.Retention;

/**
 * How a store is opened. Nothing here changes a root.
 *
 * @param chainId the chain the directory belongs to; a directory of another chain is refused
 * @param retention what is kept
 * @param nodeCacheEntries tree nodes held in memory, about 700 bytes each
 * @param valueCacheEntries values held in memory; 0 switches the cache off
 * @param hashingThreads threads that share a large tree update; 1 uses the writer alone
 * @param blockCacheBytes cache of the database
 * @param memtableBytes what the database buffers over all column families before it flushes
 */
public record RocksOptions(
    long chainId,
    Retention retention,
    int nodeCacheEntries,
    int valueCacheEntries,
    int hashingThreads,
    long blockCacheBytes,
    long memtableBytes) {
  /** Checks the numbers. */
  public RocksOptions {
    if (nodeCacheEntries < 0 || valueCacheEntries < 0 || hashingThreads < 1) {
      throw new IllegalArgumentException("cache sizes must not be negative; at least one thread");
    }
  }

  /** What suits a node with a few GiB of memory. */
  public static RocksOptions of(long chainId) {
    return new RocksOptions(
        chainId,
        Retention.FULL,
        1 << 19,
        1 << 18,
        Math.max(1, Runtime.getRuntime().availableProcessors()),
        256L << 20,
        128L << 20);
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
        memtableBytes);
  }

  /** The same with other cache sizes. */
  public RocksOptions withCaches(int nodes, int values) {
    return new RocksOptions(
        chainId, retention, nodes, values, hashingThreads, blockCacheBytes, memtableBytes);
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
        memtableBytes);
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
        memtables);
  }
}
