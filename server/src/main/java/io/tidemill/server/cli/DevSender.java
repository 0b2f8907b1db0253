package io.tidemill.server.cli;

import picocli.CommandLine.Option;

/** Who a transaction or a call comes from, for the commands that make one. */
final class DevSender {
  @Option(
      names = "--from",
      paramLabel = "ACCOUNT",
      defaultValue = "#0",
      description =
          "Who it comes from: #0 to #9, or an address; a transaction of any other than the funded"
              + " accounts needs 'tidemill dev impersonate' first (default: #0).")
  private String from = "";

  String account() {
    return from;
  }
}
