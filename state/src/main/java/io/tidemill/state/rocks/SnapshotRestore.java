package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.snapshot.SnapshotCheck;
import io.tidemill.state.snapshot.SnapshotFolder;
import io.tidemill.state.snapshot.SnapshotManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Builds a store from a snapshot in a directory beside the target, checks the root, and only then
 * gives it the target's name. A restore that was cut off starts over and leaves nothing behind.
 */
final class SnapshotRestore {
  private final Path snapshot;
  private final Path target;
  private final RocksOptions options;

  SnapshotRestore(Path snapshot, Path target, RocksOptions options) {
    this.snapshot = snapshot;
    this.target = target;
    this.options = options;
  }

  SnapshotManifest run() {
    final SnapshotManifest manifest = SnapshotManifest.read(snapshot);
    if (manifest.chainId() != options.chainId()) {
      throw new StateException(
          "the snapshot in "
              + snapshot
              + " is of chain "
              + Long.toUnsignedString(manifest.chainId())
              + ", not of chain "
              + Long.toUnsignedString(options.chainId()));
    }
    final Path absolute = target.toAbsolutePath();
    final Path building = absolute.resolveSibling(absolute.getFileName() + ".restoring");
    try {
      requireEmpty(absolute);
      SnapshotFolder.delete(building);
      build(manifest, building);
      Files.deleteIfExists(absolute);
      Files.move(building, absolute, StandardCopyOption.ATOMIC_MOVE);
      SnapshotFolder.syncNames(absolute.resolveSibling("."));
      return manifest;
    } catch (IOException e) {
      throw new StateException("cannot restore into " + target + ": " + e, e);
    }
  }

  private static void requireEmpty(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        if (files.findAny().isPresent()) {
          throw new StateException(directory + " is not empty; restore into an empty directory");
        }
      }
    }
  }

  private void build(SnapshotManifest manifest, Path building) throws IOException {
    boolean done = false;
    try (BulkLoad load = BulkLoad.into(building, options)) {
      SnapshotCheck.run(snapshot, manifest, chunk -> load.put(chunk.toDelta()));
      codes(load, manifest);
      if (!load.root().equals(manifest.root()) || load.keys() != manifest.keys()) {
        throw new StateException("the restored state has another root than " + manifest.root());
      }
      load.finish(manifest.wave(), manifest.contentHash(), manifest.record());
      done = true;
    } finally {
      if (!done) {
        SnapshotFolder.delete(building);
      }
    }
  }

  private void codes(BulkLoad load, SnapshotManifest manifest) {
    for (final SnapshotManifest.Chunk chunk : manifest.chunks()) {
      if (chunk.kind() == SnapshotManifest.Kind.CODE) {
        final ByteBuffer in = ByteBuffer.wrap(SnapshotManifest.load(snapshot, chunk));
        while (in.remaining() >= 4) {
          final int length = in.getInt();
          if (length < 0 || length > in.remaining()) {
            throw new StateException("chunk " + chunk.fileName() + " of modules is damaged");
          }
          final byte[] wasm = new byte[length];
          in.get(wasm);
          load.code(wasm);
        }
      }
    }
  }
}
