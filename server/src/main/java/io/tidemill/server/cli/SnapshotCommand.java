package io.tidemill.server.cli;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.StateSnapshots;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.cli.SecurityOptions;
import io.tidemill.state.Retention;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.snapshot.SnapshotCheck;
import io.tidemill.state.snapshot.SnapshotExport;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.state.snapshot.SnapshotProgress;
import io.tidemill.v1.Snapshot;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code tidemill snapshot}: a whole state as files that prove themselves. */
@Command(
    name = "snapshot",
    description = "Create, download, verify or restore a snapshot of the state.",
    synopsisSubcommandLabel = "COMMAND")
public final class SnapshotCommand {
  /** How long an export may take. */
  private static final Duration EXPORT_WAIT = Duration.ofHours(12);

  private static final String ROOT_HELP =
      "The state root that you trust, 64 hex digits; any other is refused.";

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
    try (RocksStateStore store = StateCommand.open(state);
        var source = store.snapshot()) {
      final long chainId = RocksStateStore.chainIdOf(state);
      print(
          json,
          "created",
          SnapshotExport.write(
              store, source, chainId, snapshot, chunkBytes, SnapshotProgress.NONE));
    }
    return ExitCode.OK;
  }

  /** How to reach a node that runs. */
  static final class Node {
    @Option(names = "--host", description = "Default ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--port", required = true, description = "The node's gRPC port.")
    private int port;

    @Mixin private SecurityOptions security = new SecurityOptions();

    TidemillClient connect() {
      return TidemillClient.connect(security.apply(ClientOptions.plaintext(host, port)));
    }
  }

  @Command(
      name = "download",
      description = {
        "Let a running node export its state, and download it.",
        "A download that was cut off goes on where it was when it is called again with --id."
      })
  int download(
      @Parameters(paramLabel = "SNAPSHOT", description = "The directory to write to.")
          Path snapshot,
      @Mixin Node node,
      @Option(
              names = "--id",
              description = "An export that is there already; without it, a new one is made.")
          @Nullable String id,
      @Option(names = "--wave", description = "The retained wave to export; default: the newest.")
          @Nullable Long wave,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final @Nullable Console console = System.console();
    final boolean terminal = console != null && console.isTerminal();
    final PrintWriter err = spec.commandLine().getErr();
    try (TidemillClient client = node.connect()) {
      final StateSnapshots snapshots = client.snapshots();
      final String name = id == null ? snapshots.create(wave).getSnapshotId() : id;
      if (!json) {
        err.println("snapshot " + name);
      }
      snapshots.await(name, EXPORT_WAIT);
      snapshots.download(
          name,
          snapshot,
          (bytes, all) -> {
            if (terminal) {
              err.printf("\r%d of %d MiB", bytes >> 20, all >> 20);
              err.flush();
            }
          });
      if (terminal) {
        err.println();
      }
    }
    print(json, "downloaded", SnapshotManifest.read(snapshot));
    return ExitCode.OK;
  }

  @Command(name = "list", description = "List the exports of a running node.")
  int list(
      @Mixin Node node,
      @Option(names = "--json", description = "Print one JSON object per export.") boolean json) {
    final PrintWriter out = spec.commandLine().getOut();
    try (TidemillClient client = node.connect()) {
      for (final Snapshot export : client.snapshots().list()) {
        final String root =
            HexFormat.of().formatHex(export.getState().getRoot().getBlake3().toByteArray());
        if (json) {
          final Json object = new Json();
          object.text("id", export.getSnapshotId()).number("wave", export.getState().getWave());
          object.text("root", root).number("keys", export.getKeys());
          object.number("bytes", export.getSize()).text("failure", export.getFailure());
          out.println(object.flag("complete", export.getComplete()));
        } else {
          out.printf(
              "%s  wave %d, root %s, %d keys, %d bytes%s%n",
              export.getSnapshotId(),
              export.getState().getWave(),
              root,
              export.getKeys(),
              export.getSize(),
              export.getComplete()
                  ? ""
                  : export.getFailure().isEmpty()
                      ? ", being written: " + export.getKeysWritten() + " keys"
                      : ", failed: " + export.getFailure());
        }
      }
    }
    return ExitCode.OK;
  }

  @Command(
      name = "verify",
      description = "Check every chunk and that the chunks are the whole state under the root.")
  int verify(
      @Parameters(paramLabel = "SNAPSHOT", description = "The directory of the snapshot.")
          Path snapshot,
      @Option(names = "--root", description = ROOT_HELP) @Nullable String root,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final SnapshotManifest manifest = trusted(snapshot, root);
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
      @Option(names = "--root", description = ROOT_HELP) @Nullable String root,
      @Option(names = "--json", description = "Print one JSON object.") boolean json) {
    final long chain = trusted(snapshot, root).chainId();
    final RocksOptions options = RocksOptions.of(chain).withRetention(Retention.ARCHIVE);
    print(json, "restored", RocksStateStore.restore(snapshot, state, options));
    return ExitCode.OK;
  }

  /** The manifest, refused unless its root is the one that the caller trusts. */
  private SnapshotManifest trusted(Path snapshot, @Nullable String root) {
    final SnapshotManifest manifest = SnapshotManifest.read(snapshot);
    if (root != null && !manifest.root().toHex().equals(root.toLowerCase(Locale.ROOT))) {
      throw new ParameterException(
          spec.commandLine(),
          "the snapshot in " + snapshot + " has root " + manifest.root() + ", not " + root);
    }
    return manifest;
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
