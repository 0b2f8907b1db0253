package io.tidemill.client.consensus;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.cli.SecurityOptions;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of the reference consensus client; also a command of {@code tidemill}. */
@Command(
    name = "consensus",
    description = "Drive nodes with waves as a consensus client does, and compare their answers.",
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 every node has every wave and they agree; 1 a node refused, or was away for"
          + " too long; 2 called wrongly; 3 the nodes disagree."
    })
public final class ConsensusCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int DISAGREED = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description =
          "Waves, as 'tidemill wave generate' writes them; without it they are generated.")
  private @Nullable Path file;

  @Option(
      names = "--node",
      required = true,
      paramLabel = "HOST:PORT",
      description = "A node's gRPC port; once for every node.")
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = "--quorum",
      description = "Nodes that must say the same before a wave is committed (default: all).")
  private int quorum;

  @Option(
      names = "--first-wave",
      description = "The number of the file's first wave (default ${DEFAULT-VALUE}).")
  private long firstWave = 1;

  @Option(
      names = "--interval",
      description = "Milliseconds between waves (default: as fast as they are executed).")
  private long interval;

  @Option(
      names = "--patience",
      description = "Seconds that a node may be away (default ${DEFAULT-VALUE}).")
  private long patience = 60;

  @Mixin private SecurityOptions security = new SecurityOptions();

  @Option(names = "--seed", description = "Generated waves: same seed, same waves (default 1).")
  private long seed = 1;

  @Option(names = "--waves", description = "Generated waves (default ${DEFAULT-VALUE}).")
  private int waves = 10;

  @Option(names = "--transactions", description = "Per generated wave (default ${DEFAULT-VALUE}).")
  private int transactions = 100;

  @Option(names = "--chain-id", description = "Of generated waves (default ${DEFAULT-VALUE}).")
  private long chainId = 31_337;

  @Option(names = "--json", description = "Print one JSON object per event.")
  private boolean json;

  /** Created by the command line. */
  public ConsensusCommand() {}

  /** Runs the program by itself; the process ends with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ConsensusCommand()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    int enough = quorum == 0 ? nodes.size() : quorum;
    if (enough < 1 || enough > nodes.size()) {
      throw new ParameterException(
          spec.commandLine(), "--quorum must be between 1 and the number of nodes");
    }
    Map<String, ClientOptions> options = new LinkedHashMap<>();
    for (String node : nodes) {
      if (options.put(node, options(node)) != null) {
        throw new ParameterException(spec.commandLine(), "--node " + node + " is given twice");
      }
    }
    WaveFile source;
    try {
      source = file == null ? generated() : WaveFile.decode(Files.readAllBytes(file));
    } catch (IOException | IllegalArgumentException e) {
      spec.commandLine().getErr().println(file + ": " + e.getMessage());
      return FAILED;
    }
    ConsensusRun.Settings settings =
        new ConsensusRun.Settings(
            source,
            options,
            enough,
            firstWave,
            Duration.ofSeconds(patience),
            Duration.ofMillis(interval));
    return switch (ConsensusRun.run(settings, spec.commandLine().getOut(), json)) {
      case AGREED -> 0;
      case FAILED -> FAILED;
      case DISAGREED -> DISAGREED;
    };
  }

  private ClientOptions options(String node) {
    URI address = URI.create("tidemill://" + node);
    if (address.getHost() == null || address.getPort() < 0) {
      throw new ParameterException(spec.commandLine(), "--node " + node + " is no HOST:PORT");
    }
    return security.apply(ClientOptions.plaintext(address.getHost(), address.getPort()));
  }

  /** Transfers and other native transactions; chains that verify signatures want a file. */
  private WaveFile generated() {
    return new WaveGenerator(
            new WaveGenerator.Settings(
                chainId, seed, waves, transactions, 0, 10, 10, 10, 0, 0, null, false))
        .generate();
  }
}
