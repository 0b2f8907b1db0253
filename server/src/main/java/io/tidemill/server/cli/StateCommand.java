package io.tidemill.server.cli;

import io.tidemill.state.Retention;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.rocks.StoreStats;
import io.tidemill.state.rocks.VerifyReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code tidemill state}: looks into the state directory of a node that is stopped. */
@Command(
    name = "state",
    description = "Check or describe the state directory of a stopped node.",
    synopsisSubcommandLabel = "COMMAND")
public final class StateCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  /** Created by the command line. */
  public StateCommand() {}

  /** Opens the store that is in {@code directory}, whatever its chain; nothing is pruned. */
  static RocksStateStore open(Path directory) {
    final RocksOptions options = RocksOptions.of(RocksStateStore.chainIdOf(directory));
    return RocksStateStore.open(directory, options.withRetention(Retention.ARCHIVE));
  }

  @Command(
      name = "verify",
      description =
          "Rebuild the root from the stored values and read every retained record. Exit code 1 when"
              + " something is wrong.")
  int verify(
      @Parameters(paramLabel = "DIR", description = "The state directory.") Path directory,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final PrintWriter out = spec.commandLine().getOut();
    try (RocksStateStore store = open(directory)) {
      final VerifyReport report = store.verify();
      if (json) {
        final Json object = new Json();
        object.number("wave", report.wave()).number("keys", report.keys());
        object.number("nodes", report.nodes()).number("waves", report.waves());
        object.number("receipts", report.receipts()).number("events", report.events());
        object.number("codes", report.codes()).texts("problems", report.problems());
        out.println(object.flag("ok", report.isSound()));
      } else {
        out.printf(
            "wave %d: %d keys, %d tree nodes, %d waves, %d receipts, %d events, %d modules%n",
            report.wave(),
            report.keys(),
            report.nodes(),
            report.waves(),
            report.receipts(),
            report.events(),
            report.codes());
        report.problems().forEach(out::println);
        out.println(report.isSound() ? "sound" : report.problems().size() + " problems");
      }
      return report.isSound() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  @Command(name = "stats", description = "Print sizes, row counts and what is retained.")
  int stats(
      @Parameters(paramLabel = "DIR", description = "The state directory.") Path directory,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final PrintWriter out = spec.commandLine().getOut();
    try (RocksStateStore store = open(directory)) {
      final StoreStats stats = store.stats();
      if (json) {
        final Json object = new Json();
        object.number("wave", stats.wave()).text("root", stats.root());
        object.number("keys", stats.keys()).number("oldestState", stats.oldestState());
        object.number("oldestTree", stats.oldestTree());
        object.number("oldestEvents", stats.oldestEvents());
        object.number("oldestRecords", stats.oldestRecords()).number("commits", stats.commits());
        out.println(object.numbers("bytes", stats.bytes()).numbers("rows", stats.rows()));
      } else {
        out.printf("wave %d, root %s, %d keys%n", stats.wave(), stats.root(), stats.keys());
        out.printf(
            "oldest wave with state %d, tree %d, events %d, receipts %d; %d child commits%n",
            stats.oldestState(),
            stats.oldestTree(),
            stats.oldestEvents(),
            stats.oldestRecords(),
            stats.commits());
        for (final Map.Entry<String, Long> entry : stats.bytes().entrySet()) {
          out.printf(
              "%-20s %12d bytes, about %d rows%n",
              entry.getKey(), entry.getValue(), stats.rows().getOrDefault(entry.getKey(), 0L));
        }
      }
      return ExitCode.OK;
    }
  }
}
