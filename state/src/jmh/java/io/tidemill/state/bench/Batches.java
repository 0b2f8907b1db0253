package io.tidemill.state.bench;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.rocks.BulkLoad;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Seeded keys and values, the same for everything that is measured. */
final class Batches {
  /** Keys that are filled in at once. */
  static final int LOAD = 100_000;

  private Batches() {}

  /** Key {@code i}: 64 slots share a contract's prefix. */
  static StateKey key(int i) {
    return new StateKey(new Hash32(i >>> 6, 7, 0, i));
  }

  static byte[] value(long seed) {
    final byte[] value = new byte[32];
    new Random(seed).nextBytes(value);
    return value;
  }

  static StateDelta load(int from, int to) {
    final List<StateDelta.Entry> entries = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      entries.add(new StateDelta.Entry(key(i), value(i)));
    }
    return StateDelta.ofSorted(entries);
  }

  /** The keys in about the order of the tree below each first nibble, so in that of its nodes. */
  private static int[] inTree(int size) {
    // 40 bits of the key hash after its first nibble, over 24 bits of the number of the key.
    final long[] order =
        IntStream.range(0, size)
            .parallel()
            .mapToLong(i -> key(i).keyHash().w0() << 4 & -1L << 24 | i)
            .toArray();
    Arrays.parallelSort(order);
    return Arrays.stream(order).mapToInt(word -> (int) word & (1 << 24) - 1).toArray();
  }

  /**
   * Fills a store with keys 0 to {@code size}, exclusive, at wave 0. A batch takes a narrow range
   * of key hashes below each first nibble: each part of the tree is made once, and both cores work.
   */
  static void bulk(Path path, RocksOptions options, int size) {
    final int[] order = inTree(size);
    try (BulkLoad load = BulkLoad.into(path, options)) {
      for (int from = 0; from < size; from += LOAD) {
        final List<StateDelta.Entry> entries = new ArrayList<>(LOAD);
        for (int at = from; at < Math.min(size, from + LOAD); at++) {
          final int i = order[at];
          entries.add(new StateDelta.Entry(key(i), value(i)));
        }
        load.put(StateDelta.ofUnsorted(entries));
      }
      load.finish(0, Hash32.ZERO, new byte[0]);
    }
  }

  /** The first words of the hashes of keys 0 to {@code size}, exclusive, in order. */
  static long[] keyHashes(int size) {
    return IntStream.range(0, size)
        .parallel()
        .mapToLong(i -> key(i).keyHash().w0())
        .sorted()
        .toArray();
  }

  /**
   * The nodes per key that batches of {@code count} random ones of {@code hashes} touch: the mean
   * over as many batches as make 20,000 keys.
   */
  static double nodesPerUpdate(long[] hashes, int count) {
    final Random random = new Random(5);
    final int batches = Math.max(1, 20_000 / count);
    long nodes = 0;
    for (int i = 0; i < batches; i++) {
      nodes +=
          nodes(hashes, random.ints(0, hashes.length).distinct().limit(count).sorted().toArray());
    }
    return nodes / (double) batches / count;
  }

  private static long nodes(long[] hashes, int[] touched) {
    long nodes = 0;
    int before = -1;
    for (final int i : touched) {
      final int left = i == 0 ? 0 : sharedNibbles(hashes[i - 1], hashes[i]);
      final int right = i == hashes.length - 1 ? 0 : sharedNibbles(hashes[i], hashes[i + 1]);
      // Nodes are where at least two keys share a prefix; those above the key before are counted.
      final int known = before < 0 ? 0 : sharedNibbles(hashes[before], hashes[i]) + 1;
      nodes += Math.max(left, right) + 1 - known;
      before = i;
    }
    return nodes;
  }

  private static int sharedNibbles(long a, long b) {
    return Long.numberOfLeadingZeros(a ^ b) / 4;
  }

  static StateDelta updates(Random random, int size, int count) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    while (changes.size() < Math.min(size, count)) {
      changes.put(key(random.nextInt(size)), value(random.nextLong()));
    }
    return StateDelta.of(changes);
  }

  static double median(double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Reads the path of every key, so every node, into the cache: a node that runs has them. */
  static void warm(RocksStateStore store, int size) {
    final int[] order = inTree(size);
    try (Snapshot snapshot = store.snapshot()) {
      IntStream.range(0, size).parallel().forEach(i -> snapshot.prove(key(order[i])));
    }
  }

  static long fill(RocksStateStore store, int size) {
    long wave = -1;
    for (int from = 0; from < size; from += LOAD) {
      store.propose(load(from, Math.min(size, from + LOAD))).commit(artifacts(++wave, 0));
    }
    return wave;
  }

  static WaveArtifacts artifacts(long wave, int transactions) {
    final List<WaveArtifacts.StoredReceipt> receipts = new ArrayList<>();
    final List<WaveArtifacts.StoredEvent> events = new ArrayList<>();
    for (int i = 0; i < transactions; i++) {
      final Hash32 hash = new Hash32(wave, i, 1, 1);
      receipts.add(new WaveArtifacts.StoredReceipt(hash, true, value(i)));
      events.add(
          new WaveArtifacts.StoredEvent(
              i, 0, new Hash32(i % 100, 0, 0, 0), List.of(new Hash32(1, 2, 3, 4)), value(i)));
    }
    return new WaveArtifacts(new byte[300], new Hash32(wave, 0, 0, 0), receipts, events, List.of());
  }
}
