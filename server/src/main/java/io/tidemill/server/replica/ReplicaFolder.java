package io.tidemill.server.replica;

import io.tidemill.server.config.ConfigException;
import io.tidemill.state.Retention;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.snapshot.SnapshotFolder;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a replica's state. It lies under {@code data.dir} and is named by the wave it began
 * at, {@code from-N}: a replica that fell behind what its primary still has begins anew beside its
 * old state and removes that.
 */
public final class ReplicaFolder {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaFolder.class);
  private static final String PREFIX = "from-";
  private static final Duration EXPORT_WAIT = Duration.ofMinutes(30);

  private ReplicaFolder() {}

  /**
   * The folder to open: the one that is there, unless the primary no longer has the waves after it;
   * then one that is restored from the primary's newest snapshot; or an empty one for the genesis.
   *
   * @throws ConfigException if the primary has neither the waves nor a snapshot
   */
  public static Path prepare(Path dataDir, Primary primary) {
    final GetInfoResponse info = primary.info();
    try {
      Files.createDirectories(dataDir);
      final Path present = newest(dataDir);
      if (present != null && head(present) + 1 >= oldestDiff(info)) {
        return present;
      }
      if (present == null && oldestDiff(info) <= 1) {
        return Files.createDirectories(dataDir.resolve(PREFIX + 0));
      }
      return restored(dataDir, primary, info);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare data.dir " + dataDir, e);
    }
  }

  /** The first wave whose diff the primary can still send. */
  private static long oldestDiff(GetInfoResponse info) {
    return info.getOldestStateWave() + 1;
  }

  /**
   * The newest wave that the state in {@code folder} has for certain; the genesis it always has.
   */
  private static long head(Path folder) {
    return Math.max(0, RocksStateStore.acknowledgedWave(folder));
  }

  private static Path restored(Path dataDir, Primary primary, GetInfoResponse info)
      throws IOException {
    final var snapshots = primary.client().snapshots();
    final Snapshot export =
        snapshots.list().stream()
            .filter(candidate -> candidate.getFailure().isEmpty())
            .filter(candidate -> candidate.getState().getWave() + 1 >= oldestDiff(info))
            .findFirst()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "replica.primary: "
                            + primary.address()
                            + " has no snapshot and no longer every wave; let it write one with"
                            + " tidemill snapshot download, then start again"));
    snapshots.await(export.getSnapshotId(), EXPORT_WAIT);
    final Path download = dataDir.resolve("download-" + export.getSnapshotId());
    LOG.info("taking the state of wave {} from {}", export.getState().getWave(), primary.address());
    snapshots.download(export.getSnapshotId(), download, (bytes, all) -> {});
    final Path target = dataDir.resolve(PREFIX + export.getState().getWave());
    SnapshotFolder.delete(target);
    RocksStateStore.restore(
        download, target, RocksOptions.of(info.getChainId()).withRetention(Retention.ARCHIVE));
    for (Path other : states(dataDir)) {
      if (!other.equals(target)) {
        SnapshotFolder.delete(other);
      }
    }
    SnapshotFolder.delete(download);
    return target;
  }

  private static @Nullable Path newest(Path dataDir) throws IOException {
    final List<Path> states = states(dataDir);
    return states.isEmpty() ? null : states.getLast();
  }

  private static List<Path> states(Path dataDir) throws IOException {
    try (Stream<Path> files = Files.list(dataDir)) {
      return files
          .filter(file -> file.getFileName().toString().matches(PREFIX + "[0-9]+"))
          .sorted(
              Comparator.comparingLong(
                  file -> Long.parseLong(file.getFileName().toString().substring(PREFIX.length()))))
          .toList();
    }
  }
}
