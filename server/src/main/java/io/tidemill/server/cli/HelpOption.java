package io.tidemill.server.cli;

import picocli.CommandLine.Option;

/** The option that every command has, to be mixed in. */
public final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Created by the command line. */
  public HelpOption() {}
}
