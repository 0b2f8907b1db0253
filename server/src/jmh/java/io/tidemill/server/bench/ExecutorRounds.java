package io.tidemill.server.bench;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WaveStatistics;
import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The executors on the same waves in one process. Each wave is warmed up until the compiler is
 * quiet; then the executors take turns, and every figure is a median of its rounds.
 */
final class ExecutorRounds {
  private static final int MIN_WARM_UPS = 4;
  private static final int MAX_WARM_UPS = 16;

  /** A round that compiles for less than this is quiet. */
  private static final long QUIET_MILLIS = 40;

  private static final ChainSpecification CHAIN =
      ChainSpecification.always(
          Rules.of(Workload.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED));

  private final int rounds;
  private final BiConsumer<String, Object> figures;
  private final MemoryStateStore store = MemoryStateStore.create();
  private @Nullable WaveStatistics statistics;

  ExecutorRounds(int rounds, BiConsumer<String, Object> figures) {
    this.rounds = rounds;
    this.figures = figures;
  }

  /**
   * The contenders: one thread for everything, another one like it, the serial executor, and all
   * workers.
   */
  private record Contenders(
      WaveExecutor single, WaveExecutor another, WaveExecutor serial, WaveExecutor parallel) {}

  void run() throws InterruptedException {
    final int cores = Runtime.getRuntime().availableProcessors();
    final Engine reference = new ChicoryEngine();
    final ExecutorParts parts =
        new ExecutorParts(
            CHAIN,
            new WasmContractRuntimes(new JvmEngine(reference), reference),
            SignatureVerifier.TRUSTING);
    final Workload workload = new Workload();
    ChainOpener.seed(store, workload.genesis());
    try (WorkerPool pool = new WorkerPool(cores, WorkerPool.STACK_BYTES);
        WorkerPool one = new WorkerPool(1, WorkerPool.STACK_BYTES);
        WorkerPool another = new WorkerPool(1, WorkerPool.STACK_BYTES)) {
      final Contenders contenders =
          new Contenders(
              onOneThread(parts, one),
              onOneThread(parts, another),
              new SerialWaveExecutor(parts, pool),
              new ParallelWaveExecutor(parts, pool, System::nanoTime));
      commit(contenders.serial, wave(workload.setup()));
      try (Snapshot base = store.snapshot()) {
        conflictFree(contenders, base, workload);
        conflicting(contenders, base);
      }
    }
    store.close();
  }

  private static WaveExecutor onOneThread(ExecutorParts parts, WorkerPool one) {
    final WaveExecutor executor = new SerialWaveExecutor(parts);
    return new WaveExecutor() {
      @Override
      public WaveResult execute(
          Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
        final AtomicReference<WaveResult> result = new AtomicReference<>();
        one.run(_ -> result.set(executor.execute(wave, base, listener)));
        return result.get();
      }
    };
  }

  private void conflictFree(Contenders contenders, Snapshot base, Workload workload)
      throws InterruptedException {
    final Wave wave = wave(workload.transfers(Workload.WAVE));
    final Medians transfers = compare(contenders, base, wave);
    // At once, because what a machine that others use gives changes from minute to minute.
    final double scaling = scaling(contenders, base, wave);
    figures.accept("no_conflict_speedup", transfers.speedup());
    figures.accept("machine_scaling", scaling);
    figures.accept("no_conflict_speedup_of_machine", round(transfers.speedup() / scaling));
    figures.accept("no_conflict_speedup_over_serial", transfers.overSerial());
    figures.accept("native_transfers_per_s_single", transfers.singleRate());
    figures.accept("native_transfers_per_s_serial", transfers.serialRate());
    figures.accept("native_transfers_per_s", transfers.parallelRate());
    final Medians tokens = compare(contenders, base, wave(workload.tokenTransfers(Workload.WAVE)));
    figures.accept("token_speedup", tokens.speedup());
    figures.accept("token_speedup_over_serial", tokens.overSerial());
    figures.accept("token_transfers_per_s_single", tokens.singleRate());
    figures.accept("token_transfers_per_s_serial", tokens.serialRate());
    figures.accept("token_transfers_per_s", tokens.parallelRate());
    figures.accept("attempts_per_tx", attempts());
  }

  private void conflicting(Contenders contenders, Snapshot base) {
    final Medians hot = compare(contenders, base, wave(fresh().hot(Workload.WAVE)));
    figures.accept("hot_30_percent_speedup", hot.speedup());
    figures.accept("hot_30_percent_speedup_over_serial", hot.overSerial());
    figures.accept("hot_30_percent_attempts_per_tx", attempts());
    figures.accept(
        "relay_speedup", compare(contenders, base, wave(fresh().relay(Workload.WAVE))).speedup());
    figures.accept("relay_attempts_per_tx", attempts());
    figures.accept(
        "hot_slot_30_percent_speedup",
        compare(contenders, base, wave(fresh().hotSlot(Workload.WAVE))).speedup());
    figures.accept("hot_slot_30_percent_attempts_per_tx", attempts());
    figures.accept(
        "chain_ratio", compare(contenders, base, wave(fresh().chain(Workload.WAVE))).overSerial());
    final Medians counter = compare(contenders, base, wave(fresh().counter(Workload.WAVE)));
    figures.accept("hot_counter_ratio", counter.overSerial());
    figures.accept("hot_counter_attempts_per_tx", attempts());
  }

  /**
   * A workload whose nonces are those of the committed state: every wave here runs on the same
   * base.
   */
  private static Workload fresh() {
    final Workload workload = new Workload();
    workload.setup();
    return workload;
  }

  private double attempts() {
    final WaveStatistics last = statistics;
    return last == null ? 0 : round((double) last.attempts() / last.transactions());
  }

  private record Medians(int transactions, long single, long serial, long parallel) {
    double speedup() {
      return round((double) single / parallel);
    }

    double overSerial() {
      return round((double) serial / parallel);
    }

    long singleRate() {
      return transactions * 1_000_000_000L / single;
    }

    long serialRate() {
      return transactions * 1_000_000_000L / serial;
    }

    long parallelRate() {
      return transactions * 1_000_000_000L / parallel;
    }
  }

  private Medians compare(Contenders contenders, Snapshot base, Wave wave) {
    warmUp(contenders, base, wave);
    final long[] single = new long[rounds];
    final long[] serial = new long[rounds];
    final long[] parallel = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      single[i] = time(contenders.single, base, wave);
      serial[i] = time(contenders.serial, base, wave);
      parallel[i] = time(contenders.parallel, base, wave);
    }
    return new Medians(
        wave.transactions().size(), median(single), median(serial), median(parallel));
  }

  private void warmUp(Contenders contenders, Snapshot base, Wave wave) {
    final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    for (int i = 0; i < MAX_WARM_UPS; i++) {
      final long before = compiler.getTotalCompilationTime();
      time(contenders.single, base, wave);
      time(contenders.serial, base, wave);
      time(contenders.parallel, base, wave);
      if (i >= MIN_WARM_UPS && compiler.getTotalCompilationTime() - before < QUIET_MILLIS) {
        return;
      }
    }
  }

  /**
   * What two cores can give at most: twice the time of a wave on one thread over the time of two
   * threads that execute one each and share nothing.
   */
  private double scaling(Contenders contenders, Snapshot base, Wave wave)
      throws InterruptedException {
    final long[] alone = new long[rounds];
    final long[] together = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      alone[i] = time(contenders.single, base, wave);
      final long start = System.nanoTime();
      final Thread second =
          Thread.ofPlatform()
              .start(
                  () -> contenders.another.execute(wave, base, WaveExecutor.ReceiptListener.NONE));
      contenders.single.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      second.join();
      together[i] = System.nanoTime() - start;
    }
    return round(2.0 * median(alone) / median(together));
  }

  private long time(WaveExecutor executor, Snapshot base, Wave wave) {
    final long start = System.nanoTime();
    final WaveResult result = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
    final long nanos = System.nanoTime() - start;
    check(result);
    statistics = result.statistics();
    return nanos;
  }

  /** A benchmark of failing transactions would measure nothing. */
  private static void check(WaveResult result) {
    for (Receipt receipt : result.receipts()) {
      if (receipt.status() != Receipt.Status.SUCCESS) {
        throw new IllegalStateException("transaction failed: " + receipt);
      }
    }
  }

  static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  static double round(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }

  private Wave wave(List<byte[]> transactions) {
    final List<Wave.Entry> entries = new ArrayList<>(transactions.size());
    for (byte[] bytes : transactions) {
      entries.add(new Wave.Entry(bytes, false, null));
    }
    final long wave = store.head().wave() + 1;
    final WaveContext context =
        new WaveContext(
            wave, 1_700_000_000L + wave, Hash32.ZERO, U128.of(1), Workload.CHAIN_ID, 0, 0);
    return new Wave(context, store.head().root().blake3(), entries, List.of(), List.of());
  }

  private void commit(WaveExecutor executor, Wave wave) {
    try (Snapshot base = store.snapshot()) {
      final WaveResult result = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      check(result);
      final Proposal proposal = store.propose(result.delta());
      proposal.commit(result.artifacts(proposal.root()));
    }
  }
}
