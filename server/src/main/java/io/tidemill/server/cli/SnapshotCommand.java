package io.tidemill.server.cli;

import io.tidemill.state.Retention;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.snapshot.SnapshotCheck;
import io.tidemill.state.snapshot.SnapshotManifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code tidemill snapshot}: a whole state as files that prove themselves. */
@Command(
    name = "snapshot",
    description = "Create, verify or restore a snapshot of the state.",
    synopsisSubcommandLabel = "COMMAND")
public final class SnapshotCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  /** Created by the command line. */
  public SnapshotCommand() {}

  @Command(name = "create", description = "Write a snapshot of the newest wave.")
  int create(
      @Parameters(paramLabel = "STATE", description = "The state directory of a stopped node.")
          Path state,
      @Parameters(paramLabel = "SNAPSHOT", description = "The directory to write to.")
          Path snapshot,
      @Option(
              names = "--chunk-bytes",
              defaultValue = "4194304",
              description = "About how many bytes a chunk has. Default: ${DEFAULT-VALUE}.")
          int chunkBytes,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    try (RocksStateStore store = StateCommand.open(state)) {
      print(json, "created", store.exportSnapshot(snapshot, chunkBytes));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "verify",
      description = "Check every chunk and that the chunks are the whole state under the root.")
  int verify(
      @Parameters(paramLabel = "SNAPSHOT", description = "The directory of the snapshot.")
          Path snapshot,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final SnapshotManifest manifest = SnapshotManifest.read(snapshot);
    SnapshotCheck.run(snapshot, manifest, chunk -> {});
    for (final SnapshotManifest.Chunk chunk : manifest.missing(snapshot)) {
      spec.commandLine().getErr().println("damaged or missing: " + chunk.fileName());
      return ExitCode.SOFTWARE;
    }
    print(json, "verified", manifest);
    return ExitCode.OK;
  }

  @Command(name = "restore", description = "Make a state directory from a snapshot.")
  int restore(
      @Parameters(paramLabel = "SNAPSHOT", description = "The directory of the snapshot.")
          Path snapshot,
      @Parameters(paramLabel = "STATE", description = "The state directory: empty or absent.")
          Path state,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final long chain = SnapshotManifest.read(snapshot).chainId();
    final RocksOptions options = RocksOptions.of(chain).withRetention(Retention.ARCHIVE);
    print(json, "restored", RocksStateStore.restore(snapshot, state, options));
    return ExitCode.OK;
  }

  private void print(boolean json, String what, SnapshotManifest manifest) {
    final PrintWriter out = spec.commandLine().getOut();
    if (json) {
      final Json object = new Json();
      object.text("chain", Long.toUnsignedString(manifest.chainId()));
      object.number("wave", manifest.wave()).text("root", manifest.root().toHex());
      object.number("keys", manifest.keys()).number("chunks", manifest.chunks().size());
      out.println(object.flag("ok", true));
    } else {
      out.printf(
          "%s: chain %s, wave %d, root %s, %d keys in %d chunks%n",
          what,
          Long.toUnsignedString(manifest.chainId()),
          manifest.wave(),
          manifest.root(),
          manifest.keys(),
          manifest.chunks().size());
    }
  }
}
