package io.tidemill.server;

import io.tidemill.client.consensus.ConsensusCommand;
import io.tidemill.server.cli.BenchReportCommand;
import io.tidemill.server.cli.ConfigCommand;
import io.tidemill.server.cli.ContractCommand;
import io.tidemill.server.cli.DemoCommand;
import io.tidemill.server.cli.DevCommand;
import io.tidemill.server.cli.HealthCommand;
import io.tidemill.server.cli.HelpOption;
import io.tidemill.server.cli.KeysCommand;
import io.tidemill.server.cli.NodeCommand;
import io.tidemill.server.cli.SnapshotCommand;
import io.tidemill.server.cli.StateCommand;
import io.tidemill.server.cli.VersionCommand;
import io.tidemill.server.cli.WasmCommand;
import io.tidemill.server.cli.WaveCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The main class: reads the command line and hands over to one command of {@code server.cli}.
 *
 * <p>Exit codes: 0 done, 1 the thing run or checked failed, 2 called wrongly.
 */
@Command(
    name = "tidemill",
    description = "An execution sidecar for blockchains whose contracts are WebAssembly.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      DevCommand.class,
      NodeCommand.class,
      ConfigCommand.class,
      KeysCommand.class,
      WaveCommand.class,
      ConsensusCommand.class,
      ContractCommand.class,
      WasmCommand.class,
      SnapshotCommand.class,
      StateCommand.class,
      HealthCommand.class,
      BenchReportCommand.class,
      VersionCommand.class
    },
    sortOptions = false,
    footer = {
      "",
      "Commands of the launcher (./tidemill):",
      "  test [subject...]  run the strict build and its tests",
      "  bench <subject>    run a benchmark: engine, host, wave, state, parallel, edge",
      "  image              build the container image",
      "  build              build what is missing or stale",
      "",
      "Every command has --help. Exit codes: 0 done, 1 failed, 2 called wrongly."
    })
public final class Tidemill implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  private Tidemill() {}

  /** Starts the program; the process ends with the command's exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line with every command registered; tests run commands through it. */
  public static CommandLine commandLine() {
    return new CommandLine(new Tidemill())
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              report(line.getErr(), failure);
              return ExitCode.SOFTWARE;
            });
  }

  /** Without a command there is nothing to do: a usage error. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static void report(PrintWriter err, Throwable failure) {
    String message = failure.getMessage();
    err.println("tidemill: " + (message == null ? failure.getClass().getSimpleName() : message));
    if (System.getenv("TIDEMILL_TRACE") != null) {
      failure.printStackTrace(err);
    } else {
      err.println("(set TIDEMILL_TRACE=1 for the stack trace)");
    }
    err.flush();
  }
}
