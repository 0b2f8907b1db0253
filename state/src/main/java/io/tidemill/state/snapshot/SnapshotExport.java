package io.tidemill.state.snapshot;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Writes a snapshot of one wave into a directory while the store works on. The same wave gives the
 * same chunks of values on every node, whatever its store is. The manifest comes last, so a
 * directory without one is an export that did not finish.
 */
public final class SnapshotExport {
  private final Snapshot source;
  private final Path directory;
  private final int chunkBytes;
  private final SnapshotProgress progress;
  private final List<SnapshotManifest.Chunk> chunks = new ArrayList<>();
  private final List<StateDelta.Entry> pending = new ArrayList<>();
  private final ByteArrayOutputStream codes = new ByteArrayOutputStream();
  private final long allKeys;
  private long pendingBytes;
  private long keys;

  private SnapshotExport(
      Snapshot source, Path directory, int chunkBytes, SnapshotProgress progress) {
    this.source = source;
    this.directory = directory;
    this.chunkBytes = chunkBytes;
    this.progress = progress;
    this.allKeys = source.keys();
  }

  /**
   * Writes the state that {@code source} reads into {@code directory}.
   *
   * @param source an open snapshot of a wave of {@code store}, whose tree is retained; it stays
   *     open
   * @param chainId the chain of the store, for the manifest
   * @param chunkBytes about how many bytes of values go into a chunk
   * @throws CancellationException if {@code progress} said so
   * @throws IllegalArgumentException if the source is not a wave of the store
   */
  public static SnapshotManifest write(
      StateStore store,
      Snapshot source,
      long chainId,
      Path directory,
      int chunkBytes,
      SnapshotProgress progress) {
    final byte[] record = store.waveRecord(source.wave());
    final Hash32 content = store.contentHash(source.wave());
    if (record == null || content == null || !source.root().equals(store.rootOf(source.wave()))) {
      throw new IllegalArgumentException("the source is not a snapshot of a wave of this store");
    }
    final SnapshotExport export = new SnapshotExport(source, directory, chunkBytes, progress);
    try {
      Files.createDirectories(directory);
      export.run();
      final SnapshotManifest manifest =
          new SnapshotManifest(
              chainId,
              source.wave(),
              source.root().blake3(),
              content,
              export.keys,
              record,
              List.copyOf(export.chunks));
      SnapshotFolder.syncNames(directory);
      export.write(SnapshotManifest.FILE, manifest.toText().getBytes(StandardCharsets.UTF_8));
      return manifest;
    } catch (IOException e) {
      throw new StateException("cannot write the snapshot to " + directory + ": " + e, e);
    }
  }

  private void run() {
    tell();
    source.list(Hash32.ZERO, this::take);
    writeState();
    source.listCodes(this::takeCode);
    writeCodes();
  }

  private boolean take(StateKey key, byte[] value) {
    pending.add(new StateDelta.Entry(key, value));
    pendingBytes += 36L + value.length;
    keys++;
    if (pendingBytes >= chunkBytes) {
      writeState();
    }
    return true;
  }

  private void writeState() {
    if (!pending.isEmpty()) {
      final StateChunk chunk =
          new StateChunk(
              List.copyOf(pending),
              source.prove(pending.getFirst().key()),
              source.prove(pending.getLast().key()));
      add(SnapshotManifest.Kind.STATE, chunk.encode());
      pending.clear();
      pendingBytes = 0;
      tell();
    }
  }

  private void tell() {
    if (!progress.keys(keys, allKeys)) {
      throw new CancellationException("the export of wave " + source.wave() + " was stopped");
    }
  }

  /** Chunks of modules: length u32 BE and wasm, one after the other. */
  private void takeCode(byte[] wasm) {
    codes.writeBytes(ByteBuffer.allocate(4).putInt(wasm.length).array());
    codes.writeBytes(wasm);
    if (codes.size() >= chunkBytes) {
      writeCodes();
    }
  }

  private void writeCodes() {
    if (codes.size() > 0) {
      add(SnapshotManifest.Kind.CODE, codes.toByteArray());
      codes.reset();
    }
  }

  private void add(SnapshotManifest.Kind kind, byte[] bytes) {
    final SnapshotManifest.Chunk chunk =
        new SnapshotManifest.Chunk(kind, Blake3.hash(bytes), bytes.length);
    try {
      write(chunk.fileName(), bytes);
    } catch (IOException e) {
      throw new StateException("cannot write the snapshot to " + directory + ": " + e, e);
    }
    chunks.add(chunk);
  }

  private void write(String name, byte[] bytes) throws IOException {
    final Path temporary = directory.resolve(name + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      final ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
