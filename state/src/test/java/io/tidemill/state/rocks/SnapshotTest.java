package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.Commit;
import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.state.snapshot.SnapshotCheck;
import io.tidemill.state.snapshot.SnapshotExport;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.state.snapshot.SnapshotProgress;
import io.tidemill.state.snapshot.StateChunk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final int KEYS = 800;
  private static final int CHANGES = 300;

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private final Waves waves = new Waves(3, KEYS);
  private Path files;
  private SnapshotManifest manifest;

  private static RocksOptions options(long chain) {
    return RocksOptions.of(chain)
        .withRetention(Retention.ARCHIVE)
        .withCaches(64, 64)
        .withDatabaseMemory(4 << 20, 4 << 20);
  }

  @BeforeEach
  void export() {
    files = folder.resolve("snapshot");
    try (RocksStateStore store = RocksStateStore.open(folder.resolve("source"), options(1))) {
      for (long wave = 0; wave <= 6; wave++) {
        waves.commit(store, wave, CHANGES);
      }
      // Waves go on while the snapshot is written; it stays what it was when it began.
      try (Snapshot source = store.snapshot()) {
        manifest =
            SnapshotExport.write(
                store,
                source,
                1,
                files,
                3000,
                (written, keys) -> {
                  assertThat(keys).isEqualTo(waves.model(6, CHANGES).size());
                  waves.commit(store, store.head().wave() + 1, CHANGES);
                  return true;
                });
      }
      assertThat(store.head().wave()).isGreaterThan(9);
    }
  }

  @Test
  void shouldBeTheSameFilesFromAStoreInMemory() throws Exception {
    final Path other = folder.resolve("other");
    try (MemoryStateStore store = MemoryStateStore.create()) {
      for (long wave = 0; wave <= 7; wave++) {
        waves.commit(store, wave, CHANGES);
      }
      try (Snapshot source = store.snapshotAt(6)) {
        SnapshotExport.write(store, source, 1, other, 3000, SnapshotProgress.NONE);
      }
      final Commit child;
      try (Snapshot source = store.snapshot()) {
        child = store.commitChild(source, waves.delta(100, 5), List.of());
      }
      try (Snapshot source = store.snapshotOf(child.id())) {
        assertThatThrownBy(
                () ->
                    SnapshotExport.write(
                        store, source, 1, folder.resolve("child"), 3000, SnapshotProgress.NONE))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    // Modules are those of the moment in which it is written: only the values are a wave's.
    final SnapshotManifest written = SnapshotManifest.read(other);
    assertThat(chunks(written)).isEqualTo(chunks(manifest));
    RocksStateStore.restore(other, folder.resolve("from-memory"), options(1));
    try (RocksStateStore restored =
        RocksStateStore.open(folder.resolve("from-memory"), options(1))) {
      assertThat(restored.verify().problems()).isEmpty();
      assertThat(waves.commit(restored, 7, CHANGES).blake3())
          .isEqualTo(Waves.rootOf(waves.model(7, CHANGES)));
    }
  }

  private static List<SnapshotManifest.Chunk> chunks(SnapshotManifest of) {
    return of.chunks().stream()
        .filter(chunk -> chunk.kind() == SnapshotManifest.Kind.STATE)
        .toList();
  }

  @Test
  void shouldRestoreTheSameStateAndGoOnWithIdenticalRoots() {
    assertThat(manifest).usingRecursiveComparison().isEqualTo(SnapshotManifest.read(files));
    assertThat(manifest.wave()).isEqualTo(6);
    assertThat(manifest.chunks().size()).isGreaterThan(5);
    assertThat(manifest.missing(files)).isEmpty();
    final Path target = folder.resolve("restored");
    RocksStateStore.restore(files, target, options(1));
    try (RocksStateStore store = RocksStateStore.open(target, options(1))) {
      assertThat(store.head().wave()).isEqualTo(6);
      assertThat(store.oldestWave()).isEqualTo(6);
      assertThat(store.waveRecord(6)).isEqualTo(waves.artifacts(6).waveRecord());
      assertThat(store.receipts(6)).as("they are not in a snapshot").isNull();
      assertThat(store.events(6)).isNull();
      assertThat(store.delta(6)).isNull();
      assertThat(store.verify().problems()).isEmpty();
      final Map<StateKey, byte[]> model = waves.model(6, CHANGES);
      try (Snapshot snapshot = store.snapshot()) {
        for (int i = 0; i < KEYS; i++) {
          assertThat(snapshot.get(Waves.key(i))).isEqualTo(model.get(Waves.key(i)));
        }
        assertThat(snapshot.code(Waves.hash("wasm 3"))).isNotNull();
      }
      for (long wave = 7; wave <= 9; wave++) {
        assertThat(waves.commit(store, wave, CHANGES).blake3())
            .isEqualTo(Waves.rootOf(waves.model(wave, CHANGES)));
      }
      store.rollbackTo(6);
      assertThat(store.head().root().blake3()).isEqualTo(manifest.root());
      assertThat(store.verify().problems()).isEmpty();
    }
  }

  @Test
  void shouldRefuseToRestoreIntoAUsedDirectoryOrAnotherChain() throws Exception {
    final Path target = Files.createDirectory(folder.resolve("used"));
    Files.writeString(target.resolve("letter"), "x");
    assertThatThrownBy(() -> RocksStateStore.restore(files, target, options(1)))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("not empty");
    assertThatThrownBy(() -> RocksStateStore.restore(files, folder.resolve("other"), options(2)))
        .hasMessageContaining("chain 1");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  @Test
  void shouldFindEveryDamagedMissingOrReorderedChunkAndLeaveNothingBehind() throws Exception {
    final Random random = new Random(5);
    for (final SnapshotManifest.Chunk chunk : manifest.chunks()) {
      final Path file = files.resolve(chunk.fileName());
      final byte[] good = Files.readAllBytes(file);
      final byte[] bent = good.clone();
      bent[random.nextInt(bent.length)] ^= 4;
      Files.write(file, bent);
      assertThat(manifest.missing(files)).containsExactly(chunk);
      refuse(manifest);
      Files.write(file, good);
    }
    final List<SnapshotManifest.Chunk> fewer = new ArrayList<>(manifest.chunks());
    fewer.remove(2);
    refuse(with(fewer, manifest.keys()));
    final List<SnapshotManifest.Chunk> without = new ArrayList<>(manifest.chunks());
    without.removeFirst();
    refuse(with(without, manifest.keys()));
    final List<SnapshotManifest.Chunk> swapped = new ArrayList<>(manifest.chunks());
    java.util.Collections.swap(swapped, 1, 2);
    refuse(with(swapped, manifest.keys()));
    refuse(with(manifest.chunks(), manifest.keys() + 1));
    Files.writeString(files.resolve(SnapshotManifest.FILE), manifest.toText());
    RocksStateStore.restore(files, folder.resolve("sound"), options(1));
  }

  private SnapshotManifest with(List<SnapshotManifest.Chunk> chunks, long keys) {
    return new SnapshotManifest(
        manifest.chainId(),
        manifest.wave(),
        manifest.root(),
        manifest.contentHash(),
        keys,
        manifest.record(),
        chunks);
  }

  private void refuse(SnapshotManifest changed) throws Exception {
    Files.writeString(files.resolve(SnapshotManifest.FILE), changed.toText());
    final Path target = folder.resolve("refused");
    assertThatThrownBy(() -> RocksStateStore.restore(files, target, options(1)))
        .isInstanceOf(StateException.class)
        .hasMessageContaining(files.toString().substring(0, 8));
    assertThat(target).doesNotExist();
    assertThat(folder.resolve("refused.restoring")).doesNotExist();
  }

  @Test
  void shouldProveEachChunkAloneAndRefuseOneWithALeafLeftOutOrChanged() {
    final Hash32 root = manifest.root();
    SnapshotCheck.run(
        files,
        manifest,
        chunk -> {
          assertThat(chunk.verify(root)).isTrue();
          for (int i = 0; i < chunk.entries().size(); i++) {
            final var fewer = new ArrayList<>(chunk.entries());
            final var taken = fewer.remove(i);
            assertThat(new StateChunk(fewer, chunk.first(), chunk.last()).verify(root)).isFalse();
            final var changed = new ArrayList<>(chunk.entries());
            changed.set(
                i, new io.tidemill.state.StateDelta.Entry(taken.key(), new byte[] {9, 9, 9}));
            assertThat(new StateChunk(changed, chunk.first(), chunk.last()).verify(root)).isFalse();
          }
        });
  }
}
