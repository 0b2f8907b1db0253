package io.tidemill.state.rocks;

/**
 * How often the caches of a store had what was asked for, since it was opened or rolled back.
 *
 * @param valueHits values that were found in memory
 * @param valueMisses values that were looked for further down
 * @param nodeHits tree nodes that were found in memory
 * @param nodeMisses tree nodes that were looked for further down
 */
public record CacheStats(long valueHits, long valueMisses, long nodeHits, long nodeMisses) {}
