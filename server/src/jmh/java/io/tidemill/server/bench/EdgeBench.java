package io.tidemill.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.Submission;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WaveArchive;
import io.tidemill.server.pipeline.WaveListener;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * {@code ./tidemill bench edge}: simulations per second beside {@code eth_call} of anvil, their
 * latency at half that load, waves through gRPC beside waves without, and waves while simulations
 * flood the node. The node and anvil run in processes of their own; the load shares their cores.
 */
public final class EdgeBench {
  static final int WAVE = 1_000;
  private static final int CONNECTIONS = 4;

  private static final String USAGE =
      """
      usage: bench edge [--json] [--seconds N] [--only simulate|waves|dev]
      simulate_per_s beside anvil_eth_call_per_s (npm, skipped when it cannot be installed),
      simulate_p99_ms at half that load, grpc_over_in_process with waves of 1,000 transactions,
      wave_p99_under_flood_ratio, dev_ready_ms.
        --json     one JSON object on one line
        --seconds  of every measurement, after as many and more to warm up (default 10)
        --only     one part
      """;

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private boolean json;
  private int seconds = 10;
  private String only = "";

  private EdgeBench() {}

  /** Runs the benchmark; exit code 2 for arguments that are none. */
  public static void main(String[] args) throws IOException, InterruptedException {
    final EdgeBench bench = new EdgeBench();
    try {
      if (!bench.read(args)) {
        System.out.print(USAGE);
        return;
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
    bench.run();
  }

  private boolean read(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "-h", "--help" -> {
          return false;
        }
        case "--json" -> json = true;
        case "--seconds" -> seconds = Integer.parseInt(value(args, ++i));
        case "--only" -> only = value(args, ++i);
        default -> throw new IllegalArgumentException("unknown argument " + args[i]);
      }
    }
    return true;
  }

  private static String value(String[] args, int at) {
    if (at >= args.length) {
      throw new IllegalArgumentException(args[at - 1] + " needs a value");
    }
    return args[at];
  }

  private boolean wanted(String part) {
    return only.isEmpty() || only.equals(part);
  }

  private void figure(String name, Object value) {
    figures.put(name, value);
    if (!json) {
      System.err.println(name + ": " + value);
    }
  }

  private void run() throws IOException, InterruptedException {
    final Path folder = Files.createTempDirectory("tidemill-bench");
    try {
      if (wanted("simulate")) {
        anvil();
        simulate(folder.resolve("simulate"));
      }
      if (wanted("waves")) {
        waves(folder);
      }
      if (wanted("dev")) {
        DevReady.measure().ifPresent(millis -> figure("dev_ready_ms", millis));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    final ObjectMapper mapper = new ObjectMapper();
    if (!json) {
      mapper.enable(SerializationFeature.INDENT_OUTPUT);
    }
    System.out.println(mapper.writeValueAsString(figures));
  }

  // ---- simulations ------------------------------------------------------------------------------

  private void anvil() throws IOException, InterruptedException {
    try (Anvil anvil = Anvil.start()) {
      if (anvil != null) {
        final HttpLoad load = new HttpLoad(anvil.port(), CONNECTIONS, anvil.calls(), "\"result\"");
        load.flatOut(seconds * 500L);
        figure("anvil_eth_call_per_s", Math.round(load.flatOut(seconds * 1_000L).perSecond()));
      }
    }
  }

  private void simulate(Path data) throws IOException {
    seed(data, new Workload());
    try (NodeProcess node = node(data)) {
      prepare(node, new Workload());
      final HttpLoad load = load(node);
      // The compiler of the JVM takes a core for some seconds; anvil was compiled before.
      load.flatOut(seconds * 2_000L);
      final HttpLoad.Result full = load.flatOut(seconds * 1_000L);
      figure("simulate_per_s", Math.round(full.perSecond()));
      final HttpLoad.Result half = load.paced(seconds * 1_000L, full.perSecond() / 2);
      figure("simulate_p50_ms", millis(half.p50Nanos()));
      figure("simulate_p99_ms", millis(half.p99Nanos()));
    }
  }

  private static HttpLoad load(NodeProcess node) {
    final Workload workload = new Workload();
    final Address holder = workload.address(0);
    final Address other = workload.address(1);
    return new HttpLoad(
        node.httpPort(),
        CONNECTIONS,
        List.of(
            call(
                "{\"to\":\"0x"
                    + Workload.TOKEN
                    + "\",\"function\":\"balance_of\",\"calldata\":\"0x"
                    + holder
                    + "\",\"view\":true}"),
            call(
                "{\"from\":\"0x"
                    + holder
                    + "\",\"to\":\"0x"
                    + Workload.TOKEN
                    + "\",\"function\":\"transfer\",\"calldata\":\"0x"
                    + other
                    + "0a"
                    + "00".repeat(15)
                    + "\"}")),
        "\"result\"");
  }

  private static String call(String call) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_call\",\"params\":[" + call + "]}";
  }

  // ---- waves ------------------------------------------------------------------------------------

  private void waves(Path folder) throws IOException {
    final int count = 4 * seconds;
    final double direct = inProcess(folder.resolve("direct"), count);
    try (NodeProcess node = node(seeded(folder.resolve("grpc")));
        WaveSession session = new WaveSession(node)) {
      final long[] times = session.run(count, new Workload());
      final double overGrpc = WAVE * 1e9 / (Arrays.stream(times).sum() / (double) times.length);
      figure("wave_tps_in_process", Math.round(direct));
      figure("wave_tps_over_grpc", Math.round(overGrpc));
      figure("grpc_over_in_process", round(overGrpc / direct));
      final AtomicBoolean stop = new AtomicBoolean();
      final long calm = p99(session.more(count));
      final Thread flood =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stop.get()) {
                      load(node).flatOut(500);
                    }
                  });
      final long flooded;
      try {
        session.more(count / 2);
        flooded = p99(session.more(count));
      } finally {
        stop.set(true);
        join(flood);
      }
      figure("wave_p99_ms", millis(calm));
      figure("wave_p99_under_flood_ms", millis(flooded));
      figure("wave_p99_under_flood_ratio", round((double) flooded / calm));
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Transactions per second of waves that are handed to the pipeline in this process. */
  private double inProcess(Path data, int count) {
    final Workload workload = new Workload();
    seed(data, workload);
    final SidecarConfig config = SidecarConfig.with(Map.of(Setting.DATA_DIR, data.toString()));
    final ChainOpener.Opened opened = ChainOpener.open(config);
    try (var store = opened.store();
        var executor = opened.executor();
        Telemetry telemetry = Telemetry.local();
        WavePipeline pipeline =
            new WavePipeline(
                store,
                executor,
                new WaveArchive(config.data().rollbackWaves()),
                telemetry,
                new CommitFeed(),
                new NodeHealth(),
                8,
                true)) {
      submit(pipeline, workload.setup());
      for (int i = 0; i < count / 2; i++) {
        submit(pipeline, workload.transfers(WAVE));
      }
      long nanos = 0;
      for (int i = 0; i < count; i++) {
        final List<byte[]> transactions = workload.transfers(WAVE);
        final long start = System.nanoTime();
        submit(pipeline, transactions);
        nanos += System.nanoTime() - start;
      }
      return (double) count * WAVE * 1e9 / nanos;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void submit(WavePipeline pipeline, List<byte[]> transactions) {
    final long wave = pipeline.position().expectedWave();
    final List<Wave.Entry> entries = new ArrayList<>(transactions.size());
    for (byte[] bytes : transactions) {
      entries.add(new Wave.Entry(bytes, false, null));
    }
    final CompletableFuture<WaveAnswer> done = new CompletableFuture<>();
    pipeline.execute(
        new Submission(
            new Wave(
                context(wave), pipeline.position().expectedParent(), entries, List.of(), List.of()),
            null,
            null,
            true,
            () -> false),
        new WaveListener() {
          @Override
          public void onReceipt(Receipt receipt) {}

          @Override
          public void onAnswer(WaveAnswer answer, boolean stored) {
            done.complete(answer);
          }

          @Override
          public void onRefusal(Refusal refusal) {
            done.completeExceptionally(refusal);
          }
        });
    done.join();
  }

  static WaveContext context(long wave) {
    return new WaveContext(
        wave, 1_700_000_000L + wave, Hash32.ZERO, U128.of(1), Workload.CHAIN_ID, 0, 0);
  }

  private static void prepare(NodeProcess node, Workload workload) {
    try (WaveSession session = new WaveSession(node)) {
      session.send(workload.setup());
    }
  }

  private static NodeProcess node(Path data) throws IOException {
    return NodeProcess.start(
        List.of(
            "node",
            "--json",
            "--data-dir",
            data.toString(),
            "--grpc-port",
            "0",
            "--http-port",
            "0",
            "--health-port",
            "-1"),
        Files.createTempFile(data.getParent(), "node", ".log"));
  }

  private static Path seeded(Path data) {
    seed(data, new Workload());
    return data;
  }

  private static void seed(Path data, Workload workload) {
    try (RocksStateStore store = RocksStateStore.open(data, RocksOptions.of(Workload.CHAIN_ID))) {
      ChainOpener.seed(store, workload.genesis());
    }
  }

  private static long p99(long[] times) {
    final long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)];
  }

  private static double millis(long nanos) {
    return round(nanos / 1e6);
  }

  private static double round(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
