package io.tidemill.server.cli;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.cli.SecurityOptions;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.executor.tx.U128;
import io.tidemill.v1.WaveSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemill wave}: files of waves, generated and replayed. */
@Command(
    name = "wave",
    description = "Generate files of waves and replay them against a node.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WaveCommand.Generate.class, WaveCommand.Replay.class})
public final class WaveCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public WaveCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: generate or replay");
  }

  /** {@code tidemill wave generate}. */
  @Command(
      name = "generate",
      description = "Write seeded waves of the ten developer accounts into a file.")
  static final class Generate implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private HelpOption help;

    @Parameters(paramLabel = "FILE", description = "Where to write.")
    private Path file = Path.of("");

    @Option(
        names = "--seed",
        description = "Same seed, same transactions (default ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--chain-id", description = "Default ${DEFAULT-VALUE}.")
    private long chainId = 31_337;

    @Option(names = "--waves", description = "Default ${DEFAULT-VALUE}.")
    private int waves = 10;

    @Option(names = "--transactions", description = "Per wave (default ${DEFAULT-VALUE}).")
    private int transactions = 100;

    @Option(
        names = "--first-nonce",
        description = "The next nonce of every account (default ${DEFAULT-VALUE}).")
    private long firstNonce;

    @Option(names = "--hot", description = "Percent of transfers to one account (default 10).")
    private int hot = 10;

    @Option(names = "--native", description = "Percent of native transactions (default 10).")
    private int natives = 10;

    @Option(names = "--invalid", description = "Percent of invalid ones (default 10).")
    private int invalid = 10;

    @Option(names = "--calls", description = "Percent of token transfers (default 20).")
    private int calls = 20;

    @Option(names = "--deploys", description = "Percent of deploys (default 2).")
    private int deploys = 2;

    @Option(
        names = "--token",
        description = "The token module that is deployed and called; by default the example's.")
    private @Nullable Path token;

    @Option(names = "--unsigned", description = "Leave the signatures empty.")
    private boolean unsigned;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      if (hot < 0
          || natives < 0
          || invalid < 0
          || calls < 0
          || deploys < 0
          || hot + natives + invalid + calls + deploys > 100) {
        throw new ParameterException(
            spec.commandLine(), "the shares must not be negative or pass 100 percent together");
      }
      final WaveFile generated =
          new WaveGenerator(
                  new WaveGenerator.Settings(
                      chainId,
                      seed,
                      waves,
                      transactions,
                      firstNonce,
                      hot,
                      natives,
                      invalid,
                      calls,
                      deploys,
                      module(),
                      !unsigned))
              .generate();
      final byte[] bytes = generated.encode();
      Files.write(file, bytes);
      final PrintWriter out = spec.commandLine().getOut();
      if (json) {
        final Json object = new Json().text("file", file.toString()).number("waves", waves);
        out.println(object.number("transactions", transactions).number("bytes", bytes.length));
      } else {
        out.printf(
            "wrote %d waves of %d transactions, %d bytes, to %s%n",
            waves, transactions, bytes.length, file);
      }
      return ExitCode.OK;
    }

    /** Without the example, for instance in an image, there are no calls and no deploys. */
    private byte @Nullable [] module() throws IOException {
      if (token != null) {
        return Files.readAllBytes(token);
      }
      final Path example =
          Path.of(System.getProperty("tidemill.home", ""), "executor/contracts/token/token.wasm");
      if (Files.exists(example)) {
        return Files.readAllBytes(example);
      }
      spec.commandLine().getErr().println("no token module (--token): no calls and no deploys");
      return null;
    }
  }

  /** {@code tidemill wave replay}. */
  @Command(
      name = "replay",
      description = "Send the waves of a file to a running node, on top of its head.")
  static final class Replay implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private HelpOption help;

    @Parameters(paramLabel = "FILE", description = "A file that wave generate wrote.")
    private Path file = Path.of("");

    @Option(names = "--host", description = "Default ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--port", required = true, description = "The node's gRPC port.")
    private int port;

    @Mixin private SecurityOptions security = new SecurityOptions();

    @Option(names = "--json", description = "Print one JSON object per wave.")
    private boolean json;

    @Option(
        names = "--explain",
        description =
            "Also say what each wave cost: attempts, what was read too early, idle workers.")
    private boolean explain;

    @Override
    public Integer call() throws IOException {
      final PrintWriter err = spec.commandLine().getErr();
      final WaveFile waves;
      try {
        waves = WaveFile.decode(Files.readAllBytes(file));
      } catch (IllegalArgumentException e) {
        err.println(file + ": " + e.getMessage());
        return ExitCode.SOFTWARE;
      }
      final ClientOptions options = security.apply(ClientOptions.plaintext(host, port));
      try (TidemillClient client = TidemillClient.connect(options)) {
        WaveReplay.run(client, waves, explain, this::print);
        return ExitCode.OK;
      } catch (NodeException | IllegalArgumentException e) {
        err.println("replay of " + file + " stopped: " + e.getMessage());
        return ExitCode.SOFTWARE;
      }
    }

    private void print(WaveOutcome outcome) {
      final WaveSummary summary = outcome.summary();
      final PrintWriter out = spec.commandLine().getOut();
      final String root = "0x" + HexFormat.of().formatHex(outcome.root().toByteArray());
      final U128 gas = amount(summary.getTotals().getGasUsed().toByteArray());
      final U128 fees = amount(summary.getTotals().getFees().toByteArray());
      final U128 burned = amount(summary.getTotals().getBurned().toByteArray());
      if (json) {
        final Json line =
            new Json()
                .number("wave", summary.getWave())
                .number("transactions", summary.getTransactions())
                .text("gas_used", gas.toString())
                .text("fees", fees.toString())
                .text("burned", burned.toString())
                .number("events", summary.getEventsCount())
                .text("root", root);
        out.println(explain ? WaveExplanation.json(line, outcome.result()) : line);
      } else {
        out.printf(
            "wave %d: %d transactions, gas %s, fees %s, burned %s, %d events, root %s%n",
            summary.getWave(),
            summary.getTransactions(),
            gas,
            fees,
            burned,
            summary.getEventsCount(),
            root);
        if (explain) {
          out.print(WaveExplanation.text(outcome.result()));
        }
      }
      out.flush();
    }

    private static U128 amount(byte[] bytes) {
      return bytes.length == U128.LENGTH ? U128.at(bytes, 0) : U128.ZERO;
    }
  }
}
