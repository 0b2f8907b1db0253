package io.tidemill.state.bench;

import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.NodeReader;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.proof.TreeHash;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./tidemill bench state}: the tree, the commit, reads and restarts, on seeded keys.
 *
 * <p>Figures are medians. {@code node_hash_ns} is what a node costs among others of its level, as
 * in a batch; {@code node_hash_single_ns} what it costs alone. {@code leaf_updates_per_s} is the
 * root of a batch of 10,000 existing keys on a tree whose nodes are in memory in their final form,
 * value and key hashing included, on one core; nothing is written. {@code commit_ms_10k} is propose
 * and commit of 20,000 keys with 10,000 receipts and 10,000 events, synced; {@code
 * commit_only_ms_10k} the part after the root is known.
 */
public final class StateBench {
  private static final int BATCH = 10_000;
  private static final int LOAD = 100_000;

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final boolean json;
  private final int keys;
  private final int large;
  private final int rounds;
  private final Path directory;

  private StateBench(boolean json, int keys, int large, int rounds, Path directory) {
    this.json = json;
    this.keys = keys;
    this.large = large;
    this.rounds = rounds;
    this.directory = directory;
  }

  /** Options: see {@code --help}. */
  public static void main(String[] args) throws IOException {
    final List<String> options = List.of(args);
    if (options.contains("--help")) {
      System.out.println(
          "bench state [--json] [--keys=1000000] [--large=10000000, 0 leaves it out] [--rounds=15]"
              + " [--dir=a temporary folder]");
      return;
    }
    final String dir = text(options, "--dir", "");
    final Path folder = dir.isEmpty() ? Files.createTempDirectory("tidemill-bench") : Path.of(dir);
    try {
      new StateBench(
              options.contains("--json"),
              number(options, "--keys", 1_000_000),
              number(options, "--large", 10_000_000),
              number(options, "--rounds", 15),
              folder)
          .run();
    } finally {
      delete(folder);
    }
  }

  private void run() throws IOException {
    nodeHash();
    tree();
    store();
    if (large > 0) {
      final double small = updateMicros(100_000);
      final double big = updateMicros(large);
      figure("update_us_100k", small);
      figure("update_us_large", big);
      figure("large_keys", large);
      figure("cost_growth_10m_over_100k", big / small);
    }
    if (json) {
      final StringBuilder out = new StringBuilder("{");
      figures.forEach(
          (name, value) ->
              out.append(out.length() == 1 ? "" : ",")
                  .append('"')
                  .append(name)
                  .append("\":")
                  .append(value));
      System.out.println(out.append('}'));
    }
  }

  private void nodeHash() {
    Hash32 left = Hash32.ZERO;
    Hash32 right = TreeHash.EMPTY;
    final double[] times = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      final long start = System.nanoTime();
      for (int i = 0; i < 200_000; i++) {
        left = TreeHash.inner(left, right);
      }
      times[round] = (System.nanoTime() - start) / 200_000.0;
      right = left;
    }
    figure("node_hash_single_ns", median(times));
    final Blake3Lanes lanes = new Blake3Lanes();
    for (int round = 0; round < rounds; round++) {
      final long start = System.nanoTime();
      for (int i = 0; i < 200_000 / Blake3Lanes.WIDTH; i++) {
        lanes.clear();
        for (int lane = 0; lane < Blake3Lanes.WIDTH; lane++) {
          TreeHash.addInner(lanes, left, right);
        }
        lanes.run();
        for (int lane = 0; lane < Blake3Lanes.WIDTH; lane++) {
          left = lanes.digest(lane);
        }
      }
      times[round] = (System.nanoTime() - start) / (200_000.0 - 200_000 % Blake3Lanes.WIDTH);
    }
    figure("node_hash_ns", median(times));
  }

  private void tree() {
    final Map<NodeKey, Node> nodes = new HashMap<>();
    final NodeReader reader =
        (key, expected) -> {
          final Node node = nodes.get(key);
          if (node == null) {
            throw new IllegalStateException("no node " + key);
          }
          return node;
        };
    final Random random = new Random(1);
    Child root = null;
    long version = 0;
    for (int from = 0; from < keys; from += LOAD) {
      final TreeUpdate update =
          MerkleTree.over(reader, null)
              .update(root, ++version, load(from, Math.min(keys, from + LOAD)));
      root = apply(nodes, update);
    }
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      final double[] one = new double[rounds];
      final double[] both = new double[rounds];
      for (int round = -5; round < rounds; round++) {
        for (final boolean parallel : new boolean[] {false, true}) {
          final StateDelta delta = updates(random, keys, BATCH);
          final MerkleTree tree = MerkleTree.over(reader, parallel ? two : null);
          final long start = System.nanoTime();
          final TreeUpdate update = tree.update(root, ++version, delta);
          final double seconds = (System.nanoTime() - start) / 1e9;
          if (round >= 0) {
            (parallel ? both : one)[round] = delta.size() / seconds;
          }
          root = apply(nodes, update);
        }
      }
      figure("leaf_updates_per_s", median(one));
      figure("leaf_updates_per_s_two_cores", median(both));
      figure("two_core_speedup", median(both) / median(one));
    }
  }

  private static @Nullable Child apply(Map<NodeKey, Node> nodes, TreeUpdate update) {
    update.created().forEach(created -> nodes.put(created.key(), created.node()));
    update.stale().forEach(nodes::remove);
    return update.root();
  }

  private void store() {
    final Path path = directory.resolve("store");
    final RocksOptions options = RocksOptions.of(1).withRetention(Retention.FULL);
    long wave;
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      wave = fill(store, keys);
      final Random random = new Random(2);
      final double[] whole = new double[rounds];
      final double[] commit = new double[rounds];
      for (int round = -3; round < rounds; round++) {
        final StateDelta delta = updates(random, keys, 2 * BATCH);
        final WaveArtifacts artifacts = artifacts(++wave, BATCH);
        final long start = System.nanoTime();
        final var proposal = store.propose(delta);
        final long middle = System.nanoTime();
        proposal.commit(artifacts);
        final long end = System.nanoTime();
        if (round >= 0) {
          whole[round] = (end - start) / 1e6;
          commit[round] = (end - middle) / 1e6;
        }
      }
      figure("commit_ms_10k", median(whole));
      figure("commit_only_ms_10k", median(commit));
      reads(store, random);
    }
    final double[] restarts = new double[3];
    for (int i = 0; i < restarts.length; i++) {
      final long start = System.nanoTime();
      try (RocksStateStore store = RocksStateStore.open(path, options);
          Snapshot snapshot = store.snapshot()) {
        if (snapshot.get(key(0)) == null) {
          throw new IllegalStateException("a key is gone");
        }
        restarts[i] = (System.nanoTime() - start) / 1e9;
      }
    }
    figure("restart_s", median(restarts));
  }

  private void reads(RocksStateStore store, Random random) {
    try (Snapshot snapshot = store.snapshot()) {
      final int[] hot = random.ints(10_000, 0, keys).toArray();
      final double[] cached = new double[rounds];
      for (int round = -3; round < rounds; round++) {
        final long start = System.nanoTime();
        for (final int key : hot) {
          snapshot.get(key(key));
        }
        if (round >= 0) {
          cached[round] = (System.nanoTime() - start) / 1e3 / hot.length;
        }
      }
      figure("cached_read_us", median(cached));
      final double[] cold = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        final long start = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
          snapshot.get(key(random.nextInt(keys)));
        }
        cold[round] = (System.nanoTime() - start) / 1e3 / 2_000;
      }
      figure("random_read_us", median(cold));
    }
  }

  /** Propose and commit of 10,000 updates on a store of {@code size} keys, in µs per update. */
  private double updateMicros(int size) {
    final Path path = directory.resolve("store" + size);
    final RocksOptions options =
        RocksOptions.of(1).withRetention(Retention.PRUNED).withCaches(1 << 20, 1 << 18);
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      long wave = fill(store, size);
      final Random random = new Random(3);
      final double[] times = new double[rounds];
      for (int round = -5; round < rounds; round++) {
        final StateDelta delta = updates(random, size, BATCH);
        final WaveArtifacts artifacts = artifacts(++wave, 0);
        final long start = System.nanoTime();
        store.propose(delta).commit(artifacts);
        if (round >= 0) {
          times[round] = (System.nanoTime() - start) / 1e3 / delta.size();
        }
      }
      return median(times);
    }
  }

  private static long fill(RocksStateStore store, int size) {
    long wave = -1;
    for (int from = 0; from < size; from += LOAD) {
      store.propose(load(from, Math.min(size, from + LOAD))).commit(artifacts(++wave, 0));
    }
    return wave;
  }

  /** Key {@code i}: 64 slots share a contract's prefix. */
  private static StateKey key(int i) {
    return new StateKey(new Hash32(i >>> 6, 7, 0, i));
  }

  private static byte[] value(long seed) {
    final byte[] value = new byte[32];
    new Random(seed).nextBytes(value);
    return value;
  }

  private static StateDelta load(int from, int to) {
    final List<StateDelta.Entry> entries = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      entries.add(new StateDelta.Entry(key(i), value(i)));
    }
    return StateDelta.ofSorted(entries);
  }

  private static StateDelta updates(Random random, int size, int count) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    while (changes.size() < Math.min(size, count)) {
      changes.put(key(random.nextInt(size)), value(random.nextLong()));
    }
    return StateDelta.of(changes);
  }

  private static WaveArtifacts artifacts(long wave, int transactions) {
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

  private void figure(String name, double value) {
    final String text =
        value >= 1000
            ? Long.toString(Math.round(value))
            : String.format(Locale.ROOT, "%.3f", value);
    figures.put(name, text);
    if (!json) {
      System.out.printf("%-30s %s%n", name, text);
    }
  }

  private static double median(double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static String text(List<String> options, String name, String otherwise) {
    for (final String option : options) {
      if (option.startsWith(name + "=")) {
        return option.substring(name.length() + 1);
      }
    }
    return otherwise;
  }

  private static int number(List<String> options, String name, int otherwise) {
    return Integer.parseInt(text(options, name, Integer.toString(otherwise)));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
