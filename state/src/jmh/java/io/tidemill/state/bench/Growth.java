package io.tidemill.state.bench;

import io.tidemill.state.Proposal;
import io.tidemill.state.Retention;
import io.tidemill.state.StateDelta;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ToLongFunction;

/**
 * What an update costs on a small state and on one a hundred times as large; see ADR 36.
 *
 * <p>Both trees are in the node cache as a whole, as on a machine that was bought for the state.
 *
 * <p>{@code root_us_SIZE_batch_N} is the root of N updates of random existing keys over their
 * number, {@code update_us_SIZE_batch_N} the whole durable wave over it. {@code nodes_SIZE_batch_N}
 * is how many tree nodes such an update touches, counted from the key hashes: the updates of a
 * batch share those near the top, and on few keys all but the last. {@code root_growth_batch_N},
 * {@code growth_batch_N} and {@code nodes_growth_batch_N} are the large over the small one.
 */
final class Growth {
  private static final int SMALL = 100_000;

  /** The updates of a wave, from one alone to those of a full one. */
  private static final int[] BATCHES = {1, 100, 1_000, 10_000};

  /** Updates whose mean is taken, at least. */
  private static final int GROUP = 500;

  private final Path directory;
  private final int rounds;
  private final ObjDoubleConsumer<String> figures;

  Growth(Path directory, int rounds, ObjDoubleConsumer<String> figures) {
    this.directory = directory;
    this.rounds = rounds;
    this.figures = figures;
  }

  /** µs per update for each of {@link #BATCHES}: of the root, and of the whole wave. */
  private record Costs(double[] root, double[] whole) {}

  void run(int large) {
    final Costs small = costs(SMALL, "100k");
    final Costs big = costs(large, "large");
    final long[] few = Batches.keyHashes(SMALL);
    final long[] many = Batches.keyHashes(large);
    figures.accept("large_keys", large);
    for (int i = 0; i < BATCHES.length; i++) {
      final String batch = "_batch_" + BATCHES[i];
      figures.accept("root_growth" + batch, big.root()[i] / small.root()[i]);
      figures.accept("growth" + batch, big.whole()[i] / small.whole()[i]);
      final double onFew = Batches.nodesPerUpdate(few, BATCHES[i]);
      final double onMany = Batches.nodesPerUpdate(many, BATCHES[i]);
      figures.accept("nodes_100k" + batch, onFew);
      figures.accept("nodes_large" + batch, onMany);
      figures.accept("nodes_growth" + batch, onMany / onFew);
    }
    // The update that shares its path with no other: what a larger state costs it is its own.
    figures.accept("cost_growth_10m_over_100k", big.root()[0] / small.root()[0]);
  }

  private Costs costs(int size, String name) {
    final Path path = directory.resolve("store" + size);
    final RocksOptions options =
        RocksOptions.of(1).withRetention(Retention.PRUNED).withCaches(1 << 23, 1 << 18);
    final long begin = System.nanoTime();
    Batches.bulk(path, options.withDatabaseMemory(256L << 20, 512L << 20), size);
    figures.accept("bulk_load_s_" + name, (System.nanoTime() - begin) / 1e9);
    final Costs costs = new Costs(new double[BATCHES.length], new double[BATCHES.length]);
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      Batches.warm(store, size);
      final Random random = new Random(3);
      // The largest first, which brings the compiler to its end; the roots before anything is
      // written, since flushes and merges of files would take a core from them.
      for (int i = BATCHES.length - 1; i >= 0; i--) {
        costs.root()[i] = micros(random, size, BATCHES[i], delta -> root(store, delta));
        figures.accept("root_us_" + name + "_batch_" + BATCHES[i], costs.root()[i]);
      }
      for (int i = BATCHES.length - 1; i >= 0; i--) {
        costs.whole()[i] = micros(random, size, BATCHES[i], delta -> wave(store, delta));
        figures.accept("update_us_" + name + "_batch_" + BATCHES[i], costs.whole()[i]);
      }
    }
    return costs;
  }

  /** Nanoseconds of the root of {@code delta}, which is then dropped. */
  private static long root(RocksStateStore store, StateDelta delta) {
    final long start = System.nanoTime();
    final Proposal proposal = store.propose(delta);
    final long nanos = System.nanoTime() - start;
    proposal.discard();
    return nanos;
  }

  /** Nanoseconds of the durable wave of {@code delta}. */
  private static long wave(RocksStateStore store, StateDelta delta) {
    final WaveArtifacts artifacts = Batches.artifacts(store.head().wave() + 1, 0);
    final long start = System.nanoTime();
    store.propose(delta).commit(artifacts);
    return System.nanoTime() - start;
  }

  /**
   * The median over groups of updates of what an update of the group costs in the mean: a mean, so
   * that the few nodes that come from the tables count, and in groups, so that a pause does not.
   */
  private double micros(Random random, int size, int batch, ToLongFunction<StateDelta> work) {
    final int waves = Math.max(1, GROUP / batch);
    final double[] groups = new double[rounds];
    for (int group = -Math.max(1, 20 / waves); group < rounds; group++) {
      long nanos = 0;
      for (int i = 0; i < waves; i++) {
        nanos += work.applyAsLong(Batches.updates(random, size, batch));
      }
      if (group >= 0) {
        groups[group] = nanos / 1e3 / ((double) waves * batch);
      }
    }
    return Batches.median(groups);
  }
}
