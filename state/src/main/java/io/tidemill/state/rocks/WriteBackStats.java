package io.tidemill.state.rocks;

/**
 * How far the tables are behind the log.
 *
 * @param dirtyWaves durable waves that are in the log alone
 * @param dirtyBytes about what they take in memory
 * @param flushes since the store was opened
 * @param nanos what they took, all together
 */
public record WriteBackStats(int dirtyWaves, long dirtyBytes, long flushes, long nanos) {}
