package io.tidemill.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.SpeculationStatistics;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.WorkerWaveExecutor;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * {@code ./tidemill bench parallel}: several workers beside one on the same waves, and waves
 * through a node until they are durable. Serial and parallel runs alternate, and ratios are medians
 * of pairs.
 */
public final class ParallelBench {
  private static final int WAVE = 10_000;
  private static final int ACCOUNTS = 2 * WAVE + 2;
  private static final int WARM_UPS = 6;
  private static final int PAIRS = 9;
  private static final int DURABLE_WAVES = 12;

  private static final ChainSpecification CHAIN =
      ChainSpecification.always(
          Rules.of(Workload.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED));

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final boolean json;

  private ParallelBench(boolean json) {
    this.json = json;
  }

  /** Runs everything; {@code --json} prints one object at the end. */
  public static void main(String[] args) throws IOException {
    for (String arg : args) {
      if (!arg.equals("--json")) {
        System.err.println("usage: ./tidemill bench parallel [--json]");
        System.exit(arg.equals("--help") ? 0 : 2);
      }
    }
    new ParallelBench(args.length > 0).run();
  }

  private void run() throws IOException {
    final int cores = Runtime.getRuntime().availableProcessors();
    figure("workers", cores);
    figure("wave_transactions", WAVE);
    try (WorkerPool pool = new WorkerPool(cores, WorkerPool.STACK_BYTES)) {
      inProcess(pool);
    }
    durable();
    if (json) {
      System.out.println(new ObjectMapper().writeValueAsString(figures));
    } else {
      System.out.println(
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(figures));
    }
  }

  private void figure(String name, Object value) {
    figures.put(name, value);
    if (!json) {
      System.err.println(name + ": " + value);
    }
  }

  // ---- in the process
  // ----------------------------------------------------------------------------

  private void inProcess(WorkerPool pool) {
    final Engine reference = new ChicoryEngine();
    final Engine engine = new JvmEngine(reference);
    final ExecutorParts parts =
        new ExecutorParts(
            CHAIN, new WasmContractRuntimes(engine, reference), SignatureVerifier.TRUSTING);
    final AtomicReference<SpeculationStatistics> statistics = new AtomicReference<>();
    final WaveExecutor serial = new WorkerWaveExecutor(new SerialWaveExecutor(parts), pool);
    final WaveExecutor parallel = new ParallelWaveExecutor(parts, pool, statistics::set);

    final Workload workload = new Workload(ACCOUNTS);
    final MemoryStateStore store = MemoryStateStore.create();
    ChainOpener.seed(store, workload.genesis());
    commit(store, serial, wave(store, workload.setup()));

    try (Snapshot base = store.snapshot()) {
      final Pair transfers = compare(serial, parallel, base, wave(store, workload.transfers(WAVE)));
      figure("no_conflict_speedup", transfers.ratio);
      figure("native_transfers_per_s_serial", transfers.serialRate);
      figure("native_transfers_per_s", transfers.parallelRate);
      final Pair tokens =
          compare(serial, parallel, base, wave(store, workload.tokenTransfers(WAVE)));
      figure("token_speedup", tokens.ratio);
      figure("token_transfers_per_s_serial", tokens.serialRate);
      figure("token_transfers_per_s", tokens.parallelRate);
      figure("attempts_per_tx", attempts(statistics.get()));
      figure(
          "hot_30_percent_speedup",
          compare(serial, parallel, base, wave(store, fresh().hot(WAVE))).ratio);
      figure(
          "chain_ratio", compare(serial, parallel, base, wave(store, fresh().chain(WAVE))).ratio);
      figure(
          "hot_counter_ratio",
          compare(serial, parallel, base, wave(store, fresh().counter(WAVE))).ratio);
      figure("hot_counter_attempts_per_tx", attempts(statistics.get()));
    }
    store.close();
  }

  /**
   * A workload whose nonces are those of the committed state: every wave here runs on the same
   * base.
   */
  private static Workload fresh() {
    final Workload workload = new Workload(ACCOUNTS);
    workload.setup();
    return workload;
  }

  private static double attempts(SpeculationStatistics statistics) {
    return round((double) statistics.attempts() / statistics.transactions());
  }

  private record Pair(double ratio, long serialRate, long parallelRate) {}

  private static Pair compare(
      WaveExecutor serial, WaveExecutor parallel, Snapshot base, Wave wave) {
    for (int i = 0; i < WARM_UPS; i++) {
      check(time(serial, base, wave).result);
      check(time(parallel, base, wave).result);
    }
    final double[] ratios = new double[PAIRS];
    final long[] serialNanos = new long[PAIRS];
    final long[] parallelNanos = new long[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      serialNanos[i] = time(serial, base, wave).nanos;
      parallelNanos[i] = time(parallel, base, wave).nanos;
      ratios[i] = (double) serialNanos[i] / parallelNanos[i];
    }
    Arrays.sort(ratios);
    Arrays.sort(serialNanos);
    Arrays.sort(parallelNanos);
    final int size = wave.transactions().size();
    return new Pair(
        round(ratios[PAIRS / 2]),
        size * 1_000_000_000L / serialNanos[PAIRS / 2],
        size * 1_000_000_000L / parallelNanos[PAIRS / 2]);
  }

  private record Timed(WaveResult result, long nanos) {}

  private static Timed time(WaveExecutor executor, Snapshot base, Wave wave) {
    final long start = System.nanoTime();
    final WaveResult result = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
    return new Timed(result, System.nanoTime() - start);
  }

  /** A benchmark of failing transactions would measure nothing. */
  private static void check(WaveResult result) {
    for (Receipt receipt : result.receipts()) {
      if (receipt.status() != Receipt.Status.SUCCESS) {
        throw new IllegalStateException("transaction failed: " + receipt);
      }
    }
  }

  private static double round(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }

  private static Wave wave(MemoryStateStore store, List<byte[]> transactions) {
    final List<Wave.Entry> entries = new ArrayList<>(transactions.size());
    for (byte[] bytes : transactions) {
      entries.add(new Wave.Entry(bytes, false, null));
    }
    return new Wave(
        context(store.head().wave() + 1),
        store.head().root().blake3(),
        entries,
        List.of(),
        List.of());
  }

  private static WaveContext context(long wave) {
    return new WaveContext(
        wave, 1_700_000_000L + wave, Hash32.ZERO, U128.of(1), Workload.CHAIN_ID, 0, 0);
  }

  private static void commit(MemoryStateStore store, WaveExecutor executor, Wave wave) {
    try (Snapshot base = store.snapshot()) {
      final WaveResult result = time(executor, base, wave).result;
      check(result);
      final Proposal proposal = store.propose(result.delta());
      proposal.commit(result.artifacts(proposal.root()));
    }
  }

  // ---- through a node
  // ----------------------------------------------------------------------------

  private void durable() throws IOException {
    final Path folder = Files.createTempDirectory("tidemill-bench");
    try {
      figure("durable_tps", durable(folder));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static long durable(Path folder) {
    final Workload workload = new Workload(ACCOUNTS);
    try (RocksStateStore store = RocksStateStore.open(folder, RocksOptions.of(Workload.CHAIN_ID))) {
      ChainOpener.seed(store, workload.genesis());
    }
    final SidecarConfig config =
        SidecarConfig.with(
            Map.of(
                Setting.DATA_DIR, folder.toString(),
                Setting.GRPC_PORT, "0",
                Setting.HEALTH_PORT, "-1",
                Setting.HTTP_PORT, "-1"));
    try (TidemillNode node = TidemillNode.start(config);
        TidemillClient client =
            TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
        WaveStream stream = client.openWaveStream()) {
      long wave = 1;
      ByteString root = client.reader().info().getExpectedParentRoot();
      root = send(stream, wave++, root, workload.setup());
      for (int i = 0; i < WARM_UPS; i++) {
        root = send(stream, wave++, root, workload.mix(WAVE));
      }
      final List<List<byte[]>> waves = new ArrayList<>();
      for (int i = 0; i < DURABLE_WAVES; i++) {
        waves.add(workload.mix(WAVE));
      }
      final long start = System.nanoTime();
      for (List<byte[]> transactions : waves) {
        root = send(stream, wave++, root, transactions);
      }
      return (long) DURABLE_WAVES * WAVE * 1_000_000_000L / (System.nanoTime() - start);
    }
  }

  private static ByteString send(
      WaveStream stream, long wave, ByteString parent, List<byte[]> transactions) {
    final WaveContext context = context(wave);
    final WaveOutcome outcome =
        stream.execute(
            WaveRequest.of(
                    wave,
                    parent,
                    io.tidemill.v1.WaveContext.newBuilder()
                        .setTimestamp(context.timestamp())
                        .setBeacon(ByteString.copyFrom(context.beacon().toBytes()))
                        .setBaseFee(ByteString.copyFrom(context.baseFee().toBytes()))
                        .setChainId(context.chainId())
                        .build(),
                    transactions)
                .committed());
    return outcome.root();
  }
}
