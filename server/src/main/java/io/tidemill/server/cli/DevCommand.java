package io.tidemill.server.cli;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.cli.SecurityOptions;
import io.tidemill.server.dev.DevNode;
import io.tidemill.server.dev.DevOptions;
import io.tidemill.server.dev.Examples;
import io.tidemill.server.dev.Fork;
import io.tidemill.server.observe.Logs;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemill dev}: a development chain until Ctrl-C; its subcommands talk to one. */
@Command(
    name = "dev",
    description = {
      "Run a development chain until Ctrl-C: ten funded accounts, a wave per transaction, an"
          + " explorer at /ui. The subcommands talk to a chain that runs."
    },
    subcommands = {
      DevDeployCommand.class,
      DevCallCommand.class,
      DevSendCommand.class,
      DevProofCommand.class,
      DevWaveCommands.Mine.class,
      DevWaveCommands.Mode.class,
      DevWaveCommands.Drop.class,
      DevWaveCommands.Time.class,
      DevWaveCommands.Snapshot.class,
      DevWaveCommands.Revert.class,
      DevLookCommands.Trace.class,
      DevLookCommands.Receipt.class,
      DevLookCommands.Storage.class,
      DevLookCommands.Accounts.class,
      DevLookCommands.Info.class,
      DevLookCommands.Gas.class,
      DevAccountCommands.Label.class,
      DevAccountCommands.Faucet.class,
      DevAccountCommands.Impersonate.class,
      DevAccountCommands.SetBalance.class,
      DevAccountCommands.SetNonce.class,
      DevAccountCommands.SetCode.class,
      DevAccountCommands.SetStorage.class,
      DevDumpCommand.class,
      DevLoadCommand.class
    })
public final class DevCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Keep the chain in this folder; without it, it is forgotten at the end.")
  private @Nullable Path state;

  @Option(names = "--reset", description = "Forget the chain that is in the folder of --state.")
  private boolean reset;

  @Option(
      names = "--fork-from",
      paramLabel = "HOST:PORT",
      description =
          "Begin with a copy of the state of a node, taken over its gRPC port and proven chunk by"
              + " chunk; --tls.., --jwt-secret and --token are for that node. A chain that is in the"
              + " folder of --state goes on instead.")
  private @Nullable String forkFrom;

  @Option(
      names = "--fork-wave",
      paramLabel = "N",
      description = "With --fork-from: the state after this wave instead of the newest.")
  private @Nullable Long forkWave;

  @Mixin private SecurityOptions forkSecurity = new SecurityOptions();

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description = "Begin with a state that 'tidemill dev dump' wrote.")
  private @Nullable Path load;

  @Option(
      names = "--deploy",
      paramLabel = "MODULE[@NAME] [ARG..]",
      description = {
        "Deploy a contract before the chain is ready: a file, or an example ("
            + Examples.LISTED
            + ");"
            + " quote it when the constructor takes arguments. May be given more than once."
      })
  private List<String> deployments = List.of();

  @Option(
      names = "--seed",
      paramLabel = "TEXT",
      description = "Make other accounts, from any text; the same text makes the same accounts.")
  private @Nullable String seed;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "Make a wave every so often, for example 500ms or 2s, instead of at once.")
  private @Nullable String interval;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Make a wave of every N transactions instead of one of each.")
  private @Nullable Integer batch;

  @Option(names = "--manual", description = "Make waves only when 'tidemill dev mine' says so.")
  private boolean manual;

  @Option(
      names = "--base-fee",
      paramLabel = "N",
      defaultValue = "0",
      description = "Quanta per gas (default: ${DEFAULT-VALUE}, everything is free).")
  private BigInteger baseFee = BigInteger.ZERO;

  @Option(
      names = "--impersonate-all",
      description = "Take unsigned transactions from every account.")
  private boolean impersonateAll;

  @Option(names = "--trace", description = "Print the call tree of every transaction.")
  private boolean trace;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "9933",
      description = "JSON-RPC, WebSocket and explorer; 0 takes a free port (default: 9933).")
  private int httpPort;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "9944",
      description = "gRPC of the node; 0 takes a free port (default: 9944).")
  private int grpcPort;

  @Option(
      names = "--config-out",
      paramLabel = "FILE",
      description = "Write ports and accounts with their keys into this file when it is ready.")
  private @Nullable Path configOut;

  @Option(names = "--json", description = "Print one JSON object per line.")
  private boolean json;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public DevCommand() {}

  @SuppressWarnings("SystemConsoleNull")
  @Override
  public Integer call() throws InterruptedException {
    Logs.apply(false, "warn");
    @Nullable Console console = System.console();
    boolean color = console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    long before = ManagementFactory.getRuntimeMXBean().getUptime();
    CountDownLatch stopped = new CountDownLatch(1);
    DevNode dev = DevNode.start(options(), spec.commandLine().getOut(), json, color, before);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  dev.close();
                  stopped.countDown();
                },
                "stop"));
    if (configOut != null) {
      write(configOut, dev.description());
    }
    stopped.await();
    return 0;
  }

  private DevOptions options() {
    if (baseFee.signum() < 0 || baseFee.bitLength() > 128) {
      throw wrong("--base-fee must be from 0 to 2^128 - 1");
    }
    if (reset && state == null) {
      throw wrong("--reset needs --state");
    }
    Fork.Source source = source();
    if (forkFrom != null && load != null) {
      throw wrong("--fork-from and --load exclude each other");
    }
    return new DevOptions(
        new DevOptions.State(state, reset, source, load),
        seed,
        waves(),
        baseFee,
        deployments.stream().map(DevOptions.Preload::parse).toList(),
        trace,
        impersonateAll,
        httpPort,
        grpcPort);
  }

  private Fork.@Nullable Source source() {
    if (forkFrom == null) {
      ClientOptions none = ClientOptions.plaintext("", 0);
      if (forkWave != null || !forkSecurity.apply(none).equals(none)) {
        throw wrong("--fork-wave and the options of TLS and tokens need --fork-from");
      }
      return null;
    }
    int colon = forkFrom.lastIndexOf(':');
    try {
      ClientOptions plain =
          ClientOptions.plaintext(
              forkFrom.substring(0, Math.max(0, colon)),
              Integer.parseInt(forkFrom.substring(colon + 1)));
      return new Fork.Source(forkSecurity.apply(plain), forkWave);
    } catch (NumberFormatException e) {
      throw wrong("--fork-from must be HOST:PORT of a node's gRPC, for instance 127.0.0.1:9944");
    }
  }

  private DevOptions.Waves waves() {
    if ((manual ? 1 : 0) + (interval != null ? 1 : 0) + (batch != null ? 1 : 0) > 1) {
      throw wrong("--manual, --interval and --batch exclude each other");
    }
    if (batch != null && (batch < 1 || batch > 10_000)) {
      throw wrong("--batch must be from 1 to 10000");
    }
    return new DevOptions.Waves(
        interval == null ? 0 : duration(interval).toMillis(), batch == null ? 0 : batch, manual);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Duration duration(String text) {
    try {
      Duration duration =
          text.endsWith("ms")
              ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
              : text.endsWith("s")
                  ? Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)))
                  : Duration.ZERO;
      if (duration.toMillis() >= 10) {
        return duration;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // Told below.
    }
    throw wrong("--interval must be at least 10ms, for example 500ms or 2s: " + text);
  }

  /** Whole or not at all: a script may be waiting for the file. */
  private static void write(Path file, String text) {
    try {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, text + "\n");
      Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
