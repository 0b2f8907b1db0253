package io.tidemill.state.rocks;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

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
    Map<String, Long> rows) {
  static StoreStats of(Core core, int commits) {
    final Core.Current now = core.peek();
    final Map<String, Long> bytes = new TreeMap<>();
    final Map<String, Long> rows = new TreeMap<>();
    for (final Family family : Family.values()) {
      final String name = new String(family.storedName(), StandardCharsets.US_ASCII);
      bytes.put(name, core.database.number(family, "rocksdb.total-sst-files-size"));
      rows.put(name, core.database.number(family, "rocksdb.estimate-num-keys"));
    }
    return new StoreStats(
        now.wave(),
        now.root().blake3().toHex(),
        now.keys(),
        core.oldest(Core.Oldest.STATE),
        core.oldest(Core.Oldest.TREE),
        core.oldest(Core.Oldest.EVENTS),
        core.oldest(Core.Oldest.RECORDS),
        commits,
        bytes,
        rows);
  }
}
