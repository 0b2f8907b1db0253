package io.tidemill.server.dev;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.ConfigException;
import io.tidemill.state.Retention;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.snapshot.SnapshotFolder;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.v1.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a development chain as a copy of another node's state: state, code and the
 * record of its newest wave, under the same root, but with the id of the development chain, so that
 * no transaction of one chain is valid on the other. Receipts and events stay behind.
 */
public final class Fork {
  private static final Duration EXPORT_WAIT = Duration.ofMinutes(30);

  /**
   * A node to copy.
   *
   * @param node how it is reached
   * @param wave one that it retains, or null for its newest
   */
  public record Source(ClientOptions node, @Nullable Long wave) {
    @Override
    public String toString() {
      return node.host() + ":" + node.port();
    }
  }

  /** Hears what goes on. */
  @FunctionalInterface
  interface Progress {
    void says(String what);
  }

  private Fork() {}

  /**
   * Downloads the state of {@code source}, checks every chunk of it, and makes a state folder of
   * it.
   *
   * @param data the state folder, empty or absent
   * @return the timestamp of the wave
   * @throws ConfigException if there is no such node, or it cannot export its state
   */
  static long take(Source source, Path data, Progress progress) {
    final Path download = data.resolveSibling("fork-download");
    try (TidemillClient client = TidemillClient.connect(source.node())) {
      SnapshotFolder.delete(download);
      Files.createDirectories(download.toAbsolutePath().getParent());
      final Snapshot export = client.snapshots().create(source.wave());
      progress.says("taking the state of wave " + export.getState().getWave() + " from " + source);
      client.snapshots().await(export.getSnapshotId(), EXPORT_WAIT);
      client.snapshots().download(export.getSnapshotId(), download, (bytes, all) -> {});
      final SnapshotManifest theirs = SnapshotManifest.read(download);
      final SnapshotManifest ours =
          new SnapshotManifest(
              DevChain.CHAIN_ID,
              theirs.wave(),
              theirs.root(),
              theirs.contentHash(),
              theirs.keys(),
              theirs.record(),
              theirs.chunks());
      Files.write(
          download.resolve(SnapshotManifest.FILE), ours.toText().getBytes(StandardCharsets.UTF_8));
      RocksStateStore.restore(
          download, data, RocksOptions.of(DevChain.CHAIN_ID).withRetention(Retention.ARCHIVE));
      progress.says(
          ours.keys() + " keys under root 0x" + ours.root() + ", every chunk of it proven");
      SnapshotFolder.delete(download);
      return Sequencer.timestampOf(client, theirs.wave());
    } catch (NodeException | IllegalStateException e) {
      throw new ConfigException("--fork-from " + source + ": " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the state of " + source + " in " + data, e);
    }
  }
}
