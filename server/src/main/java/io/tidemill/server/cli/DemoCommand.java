package io.tidemill.server.cli;

import io.tidemill.server.demo.DemoRun;
import java.io.Console;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemill demo}: the main job on real input, in under a minute. */
@Command(
    name = "demo",
    description = {
      "Start a node in a temporary folder, deploy a token, run waves of transfers, read a balance"
          + " over JSON-RPC, restart the node and compare the root."
    })
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--json",
      description = "Print one JSON object per step; the last one has \"ok\".")
  private boolean json;

  @Option(
      names = "--waves",
      paramLabel = "N",
      defaultValue = "5",
      description = "Waves of transfers, 1 to 1000 (default: ${DEFAULT-VALUE}).")
  private int waves;

  @Option(
      names = "--transfers",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Native transfers per wave, and as many token transfers, 1 to 10000"
              + " (default: ${DEFAULT-VALUE}).")
  private int transfers;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public DemoCommand() {}

  @Override
  public Integer call() {
    check("--waves", waves, 1000);
    check("--transfers", transfers, 10_000);
    @Nullable Console console = System.console();
    boolean drawn = !json && console != null && console.isTerminal();
    PrintWriter terminal = drawn ? spec.commandLine().getErr() : null;
    return DemoRun.run(spec.commandLine().getOut(), terminal, json, waves, transfers) ? 0 : 1;
  }

  private void check(String option, int value, int maximum) {
    if (value < 1 || value > maximum) {
      throw new ParameterException(
          spec.commandLine(), option + " must be 1 to " + maximum + ", got " + value);
    }
  }
}
