package io.tidemill.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./tidemill bench edge}: simulations per second beside {@code eth_call} of anvil, their
 * latency at half that load, waves through gRPC beside waves without, and waves while simulations
 * flood the node. The node and anvil run in processes of their own; the load shares their cores.
 */
@Command(
    name = "bench edge",
    description = {
      "simulate_per_s beside anvil_eth_call_per_s (npm, skipped when it cannot be installed),",
      "the latency of both at half of their own load, grpc_over_in_process with waves of 1,000",
      "transactions, wave_p99_under_flood_ratio, dev_ready_ms."
    })
public final class EdgeBench implements Callable<Integer> {
  /** What can be measured alone. */
  enum Part {
    simulate,
    waves,
    flood,
    dev
  }

  private final Map<String, Object> figures = new LinkedHashMap<>();

  @Option(names = "--json", description = "One JSON object on one line.")
  private boolean json;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of every measurement, beside as many and more to warm up (default 10).")
  private int seconds = 10;

  @Option(names = "--only", paramLabel = "PART", description = "One of ${COMPLETION-CANDIDATES}.")
  private @Nullable Part only;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "This text.")
  private boolean help;

  private EdgeBench() {}

  /** Runs the benchmark; exit code 2 for arguments that are none. */
  public static void main(String[] args) {
    final int code = new CommandLine(new EdgeBench()).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  private boolean wanted(Part part) {
    return only == null || only == part;
  }

  private void figure(String name, Object value) {
    figures.put(name, value);
    if (!json) {
      System.err.println(name + ": " + value);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    final Path folder = Files.createTempDirectory("tidemill-bench");
    try {
      if (wanted(Part.simulate)) {
        new SimulationRounds(seconds, this::figure).run(folder);
      }
      final WaveRounds waves = new WaveRounds(seconds, this::figure);
      if (wanted(Part.waves)) {
        waves.besideInProcess(folder);
      }
      if (wanted(Part.flood)) {
        waves.underFlood(folder);
      }
      if (wanted(Part.dev)) {
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
    return 0;
  }

  // ---- what the parts share ---------------------------------------------------------------------

  /** A node of its own on the accounts of a workload, in a new folder. */
  static NodeProcess node(Path folder) throws IOException {
    final Path data = seeded(folder, new Workload());
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
        Files.createTempFile(folder, "node", ".log"));
  }

  /** A new folder with the genesis of {@code workload}. */
  static Path seeded(Path folder, Workload workload) throws IOException {
    final Path data = Files.createTempDirectory(folder, "data");
    try (RocksStateStore store = RocksStateStore.open(data, RocksOptions.of(Workload.CHAIN_ID))) {
      ChainOpener.seed(store, workload.genesis());
    }
    return data;
  }

  static double millis(long nanos) {
    return round(nanos / 1e6);
  }

  static double round(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
