package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Leaf;
import io.tidemill.state.merkle.LeafWalk;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.state.snapshot.StateChunk;
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
import org.rocksdb.RocksIterator;

/**
 * Writes a snapshot of one wave into a directory while the store works on. The manifest comes last,
 * so a directory without one is an export that did not finish.
 */
final class SnapshotExport {
  private final Core core;
  private final RocksSnapshot source;
  private final Path directory;
  private final int chunkBytes;
  private final SnapshotProgress progress;
  private final List<SnapshotManifest.Chunk> chunks = new ArrayList<>();
  private final List<StateDelta.Entry> pending = new ArrayList<>();
  private long pendingBytes;
  private long keys;
  private long allKeys;

  SnapshotExport(
      Core core, RocksSnapshot source, Path directory, int chunkBytes, SnapshotProgress progress) {
    this.core = core;
    this.source = source;
    this.directory = directory;
    this.chunkBytes = chunkBytes;
    this.progress = progress;
  }

  SnapshotManifest run() {
    final Core.Current from = source.held();
    final Pin pin = from.pin();
    try {
      Files.createDirectories(directory);
      final WaveRow row = core.row(pin, source.wave());
      if (row == null) {
        throw new StateException("there is no wave to make a snapshot of");
      }
      allKeys = row.keys();
      tell();
      LeafWalk.run(
          source.top(),
          Hash32.ZERO,
          (key, expected) -> core.nodes.load(from, key, expected),
          this::take);
      writeState();
      writeCodes(pin);
      final SnapshotManifest manifest =
          new SnapshotManifest(
              core.options.chainId(),
              source.wave(),
              source.root().blake3(),
              row.contentHash(),
              keys,
              row.record(),
              List.copyOf(chunks));
      StoreDirectory.syncNames(directory);
      write(SnapshotManifest.FILE, manifest.toText().getBytes(StandardCharsets.UTF_8));
      return manifest;
    } catch (IOException e) {
      throw new StateException("cannot write the snapshot to " + directory + ": " + e, e);
    } finally {
      pin.release();
    }
  }

  private boolean take(Leaf leaf) {
    final byte[] value = source.get(leaf.key());
    if (value == null) {
      throw new StateException("key " + leaf.key() + " is in the tree and has no value");
    }
    pending.add(new StateDelta.Entry(leaf.key(), value));
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
  private void writeCodes(Pin pin) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RocksIterator iterator = pin.iterate(Family.CODE)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        final byte[] wasm = iterator.value();
        out.writeBytes(ByteBuffer.allocate(4).putInt(wasm.length).array());
        out.writeBytes(wasm);
        if (out.size() >= chunkBytes) {
          add(SnapshotManifest.Kind.CODE, out.toByteArray());
          out.reset();
        }
      }
      core.database.check(Family.CODE, iterator);
    }
    if (out.size() > 0) {
      add(SnapshotManifest.Kind.CODE, out.toByteArray());
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
