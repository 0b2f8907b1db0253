package io.tidemill.server.cli;

import picocli.CommandLine.Parameters;

/** The account that a command is about. */
final class DevTarget {
  @Parameters(
      index = "0",
      paramLabel = "ACCOUNT",
      description = "An address, a registered name, or #0 to #9.")
  private String account = "";

  String account() {
    return account;
  }
}
