package io.tidemill.state.rocks;

import java.util.Map;

/**
 * Numbers about a store.
 *
 * @param wave the newest wave, or -1
 * @param root its root in hexadecimal digits
 * @param keys keys in the state
 * @param oldestState the oldest wave that can be read
 * @param oldestTree the oldest wave that can be proven
 * @param oldestEvents the oldest wave with events
 * @param oldestRecords the oldest wave with receipts
 * @param commits child commits
 * @param bytes bytes of table files by column family
 * @param rows about how many rows are in each column family
 */
public record StoreStats(
    long wave,
    String root,
    long keys,
    long oldestState,
    long oldestTree,
    long oldestEvents,
    long oldestRecords,
    int commits,
    Map<String, Long> bytes,
    Map<String, Long> rows) {}
