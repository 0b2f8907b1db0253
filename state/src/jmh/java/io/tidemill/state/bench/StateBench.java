package io.tidemill.state.bench;

import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.writeback.WriteBack;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code ./tidemill bench state}: the tree, the commit, reads and restarts, on seeded keys.
 *
 * <p>Figures are medians. {@code node_hash_ns} is what a node costs among others of its level, as
 * in a batch; {@code node_hash_single_ns} what it costs alone. {@code leaf_updates_per_s} is the
 * root of a batch of 10,000 existing keys on a tree whose nodes are in memory in their final form,
 * value and key hashing included, on one core; nothing is written.
 *
 * <p>{@code commit_ms_10k} is the durable commit of a wave of 10,000 transactions on a store of
 * 1,000,000 keys: the root of its 20,000 keys and the synced batch with these, 10,000 receipts and
 * 10,000 events; {@code commit_only_ms_10k} is the part after the root is known. A wave comes every
 * 500 ms, as on the chain, and flushes go on in the background as in a node: what the median does
 * not show of them, {@code _worst} does. {@code _unpaced} is the same without a pause, where every
 * flush takes a core from the next waves.
 *
 * <p>What a larger state costs is explained in {@link Growth}.
 *
 * <p>Figures ending in {@code _cpu} count the processor time of the thread that works, for a
 * machine that is busy with other things.
 *
 * <p>The peers work on the same keys and batches as the tree here beside them; see {@link Peers}.
 */
public final class StateBench {
  private static final int BATCH = 10_000;

  /** The time between two waves of the chain: 172,800 of them are a day. */
  private static final int WAVE_MILLIS = 500;

  private static final List<String> PARTS = List.of("hash", "tree", "store", "peers", "growth");

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final boolean json;
  private final int keys;
  private final int large;
  private final int rounds;
  private final Set<String> parts;
  private final Path directory;
  private final WriteBack writeBack;

  private StateBench(
      boolean json,
      Set<String> parts,
      int keys,
      int large,
      int rounds,
      Path directory,
      WriteBack writeBack) {
    this.writeBack = writeBack;
    this.json = json;
    this.parts = parts;
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
          "bench state [--json] [--parts="
              + String.join(",", PARTS)
              + "] [--keys=1000000] [--large=10000000] [--rounds=15] [--write-back=on|off|never]"
              + " [--dir=a temporary folder]");
      return;
    }
    final Set<String> parts =
        new LinkedHashSet<>(
            List.of(text(options, "--parts", String.join(",", PARTS)).split(",", -1)));
    if (!PARTS.containsAll(parts)) {
      System.err.println("bench state: parts are " + String.join(", ", PARTS));
      System.exit(2);
    }
    final String dir = text(options, "--dir", "");
    final Path folder = dir.isEmpty() ? Files.createTempDirectory("tidemill-bench") : Path.of(dir);
    try {
      new StateBench(
              options.contains("--json"),
              parts,
              number(options, "--keys", 1_000_000),
              number(options, "--large", 10_000_000),
              number(options, "--rounds", 15),
              folder,
              policy(text(options, "--write-back", "on")))
          .run();
    } finally {
      delete(folder);
    }
    // A peer leaves threads behind that would keep the process.
    System.exit(0);
  }

  /** How waves are flushed: as in a node, at each commit, or not at all while it is measured. */
  private static WriteBack policy(String name) {
    return switch (name) {
      case "on" -> WriteBack.standard();
      case "off" -> WriteBack.OFF;
      case "never" ->
          new WriteBack(1_000_000, Integer.MAX_VALUE, Long.MAX_VALUE / 4, Integer.MAX_VALUE);
      default -> throw new IllegalArgumentException("--write-back is on, off or never");
    };
  }

  private void run() throws IOException {
    if (parts.contains("hash")) {
      nodeHash();
    }
    if (parts.contains("tree")) {
      tree();
    }
    if (parts.contains("store")) {
      store();
    }
    if (parts.contains("peers")) {
      Peers.run(rounds, BATCH, directory, this::figure);
    }
    if (parts.contains("growth")) {
      new Growth(directory, rounds, this::figure).run(large);
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
    figure("node_hash_single_ns", Batches.median(times));
    final Blake3Lanes lanes = new Blake3Lanes();
    for (int round = 0; round < rounds; round++) {
      final long start = System.nanoTime();
      for (int i = 0; i < 200_000 / Blake3Lanes.WIDTH; i++) {
        lanes.clear();
        for (int lane = 0; lane < Blake3Lanes.WIDTH; lane++) {
          TreeHash.addInner(lanes, left, right);
        }
        TreeHash.runInner(lanes);
        for (int lane = 0; lane < Blake3Lanes.WIDTH; lane++) {
          left = lanes.digest(lane);
        }
      }
      times[round] = (System.nanoTime() - start) / (200_000.0 - 200_000 % Blake3Lanes.WIDTH);
    }
    figure("node_hash_ns", Batches.median(times));
  }

  private void tree() {
    final TreeInMemory tree = new TreeInMemory();
    tree.fill(keys);
    final Random random = new Random(1);
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      final double[] one = new double[rounds];
      final double[] cpu = new double[rounds];
      final double[] both = new double[rounds];
      for (int round = -10; round < rounds; round++) {
        for (final boolean parallel : new boolean[] {false, true}) {
          final StateDelta delta = Batches.updates(random, keys, BATCH);
          final long processor = THREADS.getCurrentThreadCpuTime();
          final double seconds = tree.update(delta, parallel ? two : null);
          if (round >= 0) {
            (parallel ? both : one)[round] = delta.size() / seconds;
            if (!parallel) {
              cpu[round] = delta.size() * 1e9 / (THREADS.getCurrentThreadCpuTime() - processor);
            }
          }
        }
      }
      figure("leaf_updates_per_s", Batches.median(one));
      figure("leaf_updates_per_s_cpu", Batches.median(cpu));
      figure("leaf_updates_per_s_two_cores", Batches.median(both));
      figure("two_core_speedup", Batches.median(both) / Batches.median(one));
    }
  }

  private void store() {
    final Path path = directory.resolve("store");
    final RocksOptions options =
        RocksOptions.of(1).withRetention(Retention.FULL).withWriteBack(writeBack);
    long wave;
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      wave = Batches.fill(store, keys);
      final Random random = new Random(2);
      wave = commits(store, wave, random, WAVE_MILLIS, "commit_ms_10k", "commit_only_ms_10k");
      wave = commits(store, wave, random, 0, "commit_ms_10k_unpaced", "commit_only_ms_10k_unpaced");
      reads(store, random);
    }
    final double[] restarts = new double[3];
    for (int i = 0; i < restarts.length; i++) {
      final long start = System.nanoTime();
      try (RocksStateStore store = RocksStateStore.open(path, options);
          Snapshot snapshot = store.snapshot()) {
        if (snapshot.get(Batches.key(0)) == null) {
          throw new IllegalStateException("a key is gone");
        }
        restarts[i] = (System.nanoTime() - start) / 1e9;
      }
    }
    figure("restart_s", Batches.median(restarts));
  }

  /** Durable commits, a wave every {@code pace} ms; returns the last wave. */
  private long commits(
      RocksStateStore store, long head, Random random, int pace, String name, String onlyCommit) {
    final double[] whole = new double[rounds];
    final double[] commit = new double[rounds];
    long wave = head;
    for (int round = -3; round < rounds; round++) {
      final StateDelta delta = Batches.updates(random, keys, 2 * BATCH);
      final WaveArtifacts artifacts = Batches.artifacts(++wave, BATCH);
      final long start = System.nanoTime();
      final var proposal = store.propose(delta);
      final long middle = System.nanoTime();
      proposal.commit(artifacts);
      final long end = System.nanoTime();
      if (round >= 0) {
        whole[round] = (end - start) / 1e6;
        commit[round] = (end - middle) / 1e6;
      }
      LockSupport.parkNanos(start + pace * 1_000_000L - System.nanoTime());
    }
    figure(name, Batches.median(whole));
    figure(name + "_worst", Arrays.stream(whole).max().orElseThrow());
    figure(onlyCommit, Batches.median(commit));
    return wave;
  }

  private void reads(RocksStateStore store, Random random) {
    try (Snapshot snapshot = store.snapshot()) {
      final int[] hot = random.ints(10_000, 0, keys).toArray();
      final double[] cached = new double[rounds];
      for (int round = -3; round < rounds; round++) {
        final long start = System.nanoTime();
        for (final int key : hot) {
          snapshot.get(Batches.key(key));
        }
        if (round >= 0) {
          cached[round] = (System.nanoTime() - start) / 1e3 / hot.length;
        }
      }
      figure("cached_read_us", Batches.median(cached));
      final double[] cold = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        final long start = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
          snapshot.get(Batches.key(random.nextInt(keys)));
        }
        cold[round] = (System.nanoTime() - start) / 1e3 / 2_000;
      }
      figure("random_read_us", Batches.median(cold));
    }
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
