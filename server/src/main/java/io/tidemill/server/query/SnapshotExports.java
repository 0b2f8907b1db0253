package io.tidemill.server.query;

import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.snapshot.SnapshotExport;
import io.tidemill.state.snapshot.SnapshotFolder;
import io.tidemill.state.snapshot.SnapshotManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports of whole states in one folder: written one at a time in the background while waves go on,
 * kept across restarts where the chain is, and replaced by newer ones. Safe for use by many
 * threads.
 *
 * <p>An export has its own sub-folder; one without a manifest was cut off and is removed at the
 * next start.
 */
public final class SnapshotExports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotExports.class);

  /** What a caller is told to wait while another snapshot is written. */
  private static final long RETRY_MILLIS = 1_000;

  /** About how many bytes of values go into a chunk. Source: state-and-transactions 3.8. */
  private static final int CHUNK_BYTES = 4 << 20;

  /** Complete exports that are kept: one to download to the end while the next is written. */
  private static final int KEPT = 2;

  /**
   * An export as it is now.
   *
   * @param manifest what is in it, or null until it is complete
   * @param failure why it never will be, or null
   */
  public record Export(
      String id,
      long wave,
      StateRoot root,
      long keys,
      long keysWritten,
      @Nullable SnapshotManifest manifest,
      @Nullable String failure) {
    /** Whether it is being written. */
    public boolean isRunning() {
      return manifest == null && failure == null;
    }
  }

  private final ChainReader reader;
  private final long chainId;
  private final @Nullable Path kept;

  /** Guarded by this; null until the first export when none are kept. */
  private @Nullable Path directory;

  /** Guarded by this; oldest first. */
  private final Map<String, Export> exports = new LinkedHashMap<>();

  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("tidemill-snapshots").factory());

  private volatile boolean closing;

  /**
   * The exports of chain {@code chainId} that are in the folder already, and new ones.
   *
   * @param kept the folder, or null for a chain that ends with its process: its exports go with it
   */
  public SnapshotExports(ChainReader reader, long chainId, @Nullable Path kept) {
    this.reader = reader;
    this.chainId = chainId;
    this.kept = kept;
    this.directory = kept;
    if (kept != null && Files.isDirectory(kept)) {
      load(kept);
    }
  }

  private void load(Path directory) {
    try (Stream<Path> folders = Files.list(directory)) {
      final List<Path> found = folders.filter(SnapshotExports::isExport).sorted().toList();
      found.stream()
          .filter(folder -> Files.exists(folder.resolve(SnapshotManifest.FILE)))
          .map(SnapshotManifest::read)
          .sorted(Comparator.comparingLong(SnapshotManifest::wave))
          .forEach(
              manifest -> {
                final StateRoot root = StateRoot.of(manifest.root());
                final String id = id(manifest.wave(), root);
                exports.put(
                    id,
                    new Export(
                        id,
                        manifest.wave(),
                        root,
                        manifest.keys(),
                        manifest.keys(),
                        manifest,
                        null));
              });
      for (Path folder : found) {
        if (!Files.exists(folder.resolve(SnapshotManifest.FILE))) {
          LOG.info("removing the unfinished export {}", folder);
          SnapshotFolder.delete(folder);
        }
      }
    } catch (IOException | StateException e) {
      // Exports are copies: a node does its work without them.
      LOG.error("cannot read the exports in {}", directory, e);
    }
  }

  /** Whether the folder has a name that {@link #id} gives; others are left alone. */
  private static boolean isExport(Path folder) {
    return folder.getFileName().toString().matches("wave-[0-9]+-[0-9a-f]{16}");
  }

  private static String id(long wave, StateRoot root) {
    return "wave-" + wave + "-" + root.blake3().toHex().substring(0, 16);
  }

  /**
   * Begins an export of the state of a wave, or returns the one that is there.
   *
   * @param wave a retained wave, or null for the newest one
   * @throws Refusal if there is no such state, or another export is being written
   */
  public Export create(@Nullable Long wave) {
    final Snapshot source = reader.openProvable(wave == null ? Base.LATEST : new Base.AtWave(wave));
    boolean begun = false;
    try {
      synchronized (this) {
        final String id = id(source.wave(), source.root());
        final Export there = exports.get(id);
        if (there != null && there.failure() == null) {
          return there;
        }
        if (closing || exports.values().stream().anyMatch(Export::isRunning)) {
          throw Refusal.full(Limit.EXPORTS, NodeFacts.MAX_EXPORTS, RETRY_MILLIS);
        }
        final Export export = new Export(id, source.wave(), source.root(), 0, 0, null, null);
        exports.remove(id);
        exports.put(id, export);
        writer.execute(() -> run(source, export));
        begun = true;
        return export;
      }
    } finally {
      if (!begun) {
        source.close();
      }
    }
  }

  private void run(Snapshot source, Export export) {
    try (source) {
      final Path folder = directory().resolve(export.id());
      final SnapshotManifest manifest =
          SnapshotExport.write(
              reader.store(),
              source,
              chainId,
              folder,
              CHUNK_BYTES,
              (written, keys) -> {
                put(export, keys, written, null, null);
                return !closing;
              });
      put(export, manifest.keys(), manifest.keys(), manifest, null);
      LOG.info("exported wave {} to {}: {} keys", export.wave(), folder, manifest.keys());
      forgetOld();
    } catch (CancellationException e) {
      put(export, 0, 0, null, "the node stopped");
    } catch (RuntimeException e) {
      // Whatever it is, the next export must find the writer free.
      LOG.error("the export of wave {} failed", export.wave(), e);
      put(export, 0, 0, null, String.valueOf(e.getMessage()));
      deleteQuietly(directory().resolve(export.id()));
    }
  }

  private synchronized void put(
      Export export,
      long keys,
      long written,
      @Nullable SnapshotManifest manifest,
      @Nullable String failure) {
    exports.put(
        export.id(),
        new Export(export.id(), export.wave(), export.root(), keys, written, manifest, failure));
  }

  private void forgetOld() {
    while (true) {
      final Export oldest;
      synchronized (this) {
        final List<Export> complete =
            exports.values().stream().filter(export -> export.manifest() != null).toList();
        if (complete.size() <= KEPT) {
          return;
        }
        oldest = complete.getFirst();
        exports.remove(oldest.id());
      }
      deleteQuietly(directory().resolve(oldest.id()));
    }
  }

  /** Every export, newest first. */
  public synchronized List<Export> list() {
    return List.copyOf(exports.values()).reversed();
  }

  /**
   * A complete export.
   *
   * @throws Refusal if there is none with this id
   */
  public synchronized SnapshotManifest manifest(String id) {
    final Export export = exports.get(id);
    final SnapshotManifest manifest = export == null ? null : export.manifest();
    if (manifest == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "complete snapshot", "key", id);
    }
    return manifest;
  }

  /** The file of a chunk of a complete export. */
  public Path file(String id, SnapshotManifest.Chunk chunk) {
    return directory().resolve(id).resolve(chunk.fileName());
  }

  private synchronized Path directory() {
    Path there = directory;
    if (there == null) {
      try {
        there = Files.createTempDirectory("tidemill-snapshots");
      } catch (IOException e) {
        throw new StateException("cannot make a folder for exports: " + e, e);
      }
      directory = there;
    }
    return there;
  }

  private static void deleteQuietly(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try {
      SnapshotFolder.delete(folder);
    } catch (IOException e) {
      LOG.error("cannot remove {}", folder, e);
    }
  }

  /** Stops the export that is being written; what there is of it goes now or at the next start. */
  @Override
  public void close() {
    closing = true;
    writer.close();
    if (kept == null) {
      deleteQuietly(directory);
    }
  }
}
