package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.snapshot.SnapshotCheck;
import io.tidemill.state.snapshot.SnapshotFolder;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.state.snapshot.StateChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Builds a store from a snapshot in a directory beside the target, checks the root, and only then
 * gives it the target's name. A restore that was cut off starts over and leaves nothing behind.
 */
final class SnapshotRestore {
  private final Path snapshot;
  private final Path target;
  private final RocksOptions options;
  private @Nullable Child top;
  private long version;

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
      StoreDirectory.syncNames(absolute.resolveSibling("."));
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
    try (RocksStateStore store = RocksStateStore.open(building, options)) {
      final Core core = store.core();
      SnapshotCheck.run(snapshot, manifest, chunk -> put(core, chunk));
      codes(core, manifest);
      if (!Child.rootHash(top).equals(manifest.root())) {
        throw new StateException("the restored state has another root than " + manifest.root());
      }
      finish(core, manifest);
      done = true;
    } finally {
      if (!done) {
        SnapshotFolder.delete(building);
      }
    }
  }

  private void put(Core core, StateChunk chunk) {
    final StateDelta delta = chunk.toDelta();
    final TreeUpdate update = core.tree.update(top, ++version, delta);
    final Batch batch = new Batch(core.database);
    for (final StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      if (value != null) {
        batch.put(Family.STATE, entry.key().raw().toBytes(), value);
      }
    }
    Core.putNodes(batch, update.created());
    update.stale().forEach(key -> batch.delete(Family.JMT, key.encode()));
    write(core, batch);
    core.remember(update.created());
    core.refresh();
    top = update.root();
  }

  private void codes(Core core, SnapshotManifest manifest) {
    for (final SnapshotManifest.Chunk chunk : manifest.chunks()) {
      if (chunk.kind() == SnapshotManifest.Kind.CODE) {
        final ByteBuffer in = ByteBuffer.wrap(SnapshotManifest.load(snapshot, chunk));
        final Batch batch = new Batch(core.database);
        while (in.remaining() >= 4) {
          final int length = in.getInt();
          if (length < 0 || length > in.remaining()) {
            throw new StateException("chunk " + chunk.fileName() + " of modules is damaged");
          }
          final byte[] wasm = new byte[length];
          in.get(wasm);
          batch.put(Family.CODE, Blake3.hash(wasm).toBytes(), wasm);
        }
        write(core, batch);
      }
    }
  }

  private void finish(Core core, SnapshotManifest manifest) {
    final Batch batch = new Batch(core.database);
    for (final Core.Oldest kind : Core.Oldest.values()) {
      // A snapshot carries no receipts and no events: the first wave that has them comes next.
      final long first = kind.isOfState() ? manifest.wave() : manifest.wave() + 1;
      batch.put(Family.META, kind.key(), Keys.wave(first));
    }
    final WaveRow row =
        new WaveRow(
            version,
            StateRoot.of(manifest.root()),
            manifest.contentHash(),
            manifest.keys(),
            top,
            manifest.record());
    batch.put(Family.WAVES, Keys.wave(manifest.wave()), row.encode());
    core.useTreeVersion(version);
    core.write(batch, "finishing the restore");
    core.directory.acknowledge(manifest.wave(), manifest.root(), true);
  }

  private static void write(Core core, Batch batch) {
    try {
      // Unsynced: the batch that finishes the restore syncs the log before it.
      core.database.write(batch, false);
    } catch (RocksDBException e) {
      throw core.poison("restoring", e);
    }
  }
}
