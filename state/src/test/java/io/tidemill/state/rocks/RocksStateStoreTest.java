package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.Commit;
import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStoreContract;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.Leaf;
import io.tidemill.state.merkle.LeafWalk;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksIterator;

class RocksStateStoreTest extends StateStoreContract {
  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private RocksOptions options() {
    return RocksOptions.of(31337)
        .withRetention(Retention.ARCHIVE)
        .withCaches(64, 64)
        .withDatabaseMemory(8 << 20, 8 << 20);
  }

  @Override
  protected StateStore create() {
    return RocksStateStore.open(folder.resolve("contract"), options());
  }

  @Test
  void shouldReadEverythingBackAfterARestart() {
    final Path path = folder.resolve("restart");
    final Waves waves = new Waves(5, 50);
    StateStore.Head head = null;
    for (int round = 0; round < 4; round++) {
      try (RocksStateStore store = RocksStateStore.open(path, options())) {
        assertThat(store.head()).isEqualTo(head);
        for (long wave = round * 5L; wave < round * 5L + 5; wave++) {
          waves.commit(store, wave, 20);
        }
        head = store.head();
        assertThat(head.root().blake3()).isEqualTo(Waves.rootOf(waves.model(head.wave(), 20)));
        for (long wave = 0; wave <= head.wave(); wave++) {
          assertThat(store.waveRecord(wave)).isEqualTo(waves.artifacts(wave).waveRecord());
          try (Snapshot snapshot = store.snapshotAt(wave)) {
            final Map<StateKey, byte[]> model = waves.model(wave, 20);
            for (int i = 0; i < 50; i++) {
              assertThat(snapshot.get(Waves.key(i))).isEqualTo(model.get(Waves.key(i)));
            }
          }
        }
      }
    }
  }

  @Test
  void shouldGiveTheSameRootsWithAndWithoutCachesAndThreads() {
    final Waves waves = new Waves(6, 3000);
    final List<RocksOptions> variants =
        List.of(
            options(),
            options().withCaches(0, 0),
            options().withCaches(1 << 14, 1 << 14).withHashingThreads(1),
            options().withCaches(1 << 14, 0).withHashingThreads(3));
    StateRoot expected = null;
    for (int i = 0; i < variants.size(); i++) {
      try (RocksStateStore store =
          RocksStateStore.open(folder.resolve("variant" + i), variants.get(i))) {
        StateRoot root = null;
        for (long wave = 0; wave < 6; wave++) {
          root = waves.commit(store, wave, 1500);
        }
        if (expected == null) {
          expected = root;
          assertThat(root.blake3()).isEqualTo(Waves.rootOf(waves.model(5, 1500)));
        }
        assertThat(root).isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldPruneInLockstepAndStillRollBackWithinTheWindow() {
    final Path path = folder.resolve("pruned");
    final Waves waves = new Waves(7, 50);
    final RocksOptions options = options().withRetention(new Retention(8, 2, 4, 6));
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      for (long wave = 0; wave <= 30; wave++) {
        waves.commit(store, wave, 20);
      }
      store.prune();
      assertThat(store.oldestWave()).isEqualTo(23);
      assertThat(store.snapshotAt(22)).isNull();
      for (long wave = 23; wave <= 30; wave++) {
        try (Snapshot snapshot = store.snapshotAt(wave)) {
          final Map<StateKey, byte[]> model = waves.model(wave, 20);
          for (int i = 0; i < 50; i++) {
            assertThat(snapshot.get(Waves.key(i))).isEqualTo(model.get(Waves.key(i)));
          }
        }
      }
      assertThat(store.receipts(24)).isNull();
      assertThat(store.waveRecord(24)).isNull();
      assertThat(store.receiptByHash(Waves.hash("tx 24 0"))).isNull();
      assertThat(store.receipts(25)).hasSize(3);
      assertThat(store.events(26)).isNull();
      assertThat(store.events(27)).hasSize(6);
      assertThatThrownBy(() -> store.rollbackTo(22))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("23 to 30");
      store.rollbackTo(24);
      assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(24, 20)));
      for (long wave = 25; wave <= 40; wave++) {
        waves.commit(store, wave, 20);
      }
      store.prune();
      assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(40, 20)));
    }
    try (RocksStateStore store = RocksStateStore.open(path, options)) {
      assertThat(store.oldestWave()).isEqualTo(33);
      waves.commit(store, 41, 20);
      assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(41, 20)));
    }
  }

  @Test
  void shouldKeepExactlyTheNodesThatRetainedWavesAndCommitsReach() {
    final Waves waves = new Waves(8, 60);
    final RocksOptions options = options().withRetention(new Retention(8, 3, 8, 8));
    try (RocksStateStore store = RocksStateStore.open(folder.resolve("counted"), options)) {
      for (long wave = 0; wave <= 29; wave++) {
        waves.commit(store, wave, 20);
      }
      final Commit child;
      try (Snapshot base = store.snapshot()) {
        child = store.commitChild(base, waves.delta(1_000, 10), List.of());
      }
      waves.commit(store, 30, 20);
      store.prune();
      assertThat(stored(store)).hasSizeGreaterThan(20).isEqualTo(reachable(store));
      // The commit keeps the tree of its wave for as long as it is there.
      for (long wave = 31; wave <= 36; wave++) {
        waves.commit(store, wave, 20);
      }
      store.prune();
      assertThat(stored(store)).isEqualTo(reachable(store));
      assertThat(store.deleteCommit(child.id())).isTrue();
      store.rollbackTo(34);
      for (long wave = 35; wave <= 40; wave++) {
        waves.commit(store, wave, 20);
      }
      store.prune();
      assertThat(stored(store)).isEqualTo(reachable(store));
      assertThat(store.verify().problems()).isEmpty();
    }
  }

  /** The nodes in the tables. */
  private static Set<NodeKey> stored(RocksStateStore store) {
    final Set<NodeKey> stored = new HashSet<>();
    final Core.Current now = store.core().current();
    try (RocksIterator iterator = now.pin().iterate(Family.JMT)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        stored.add(NodeKey.decode(iterator.key(), 0));
      }
    } finally {
      now.pin().release();
    }
    return stored;
  }

  /** The nodes under the tops of all waves whose tree is retained, and of all commits. */
  private static Set<NodeKey> reachable(RocksStateStore store) {
    final Set<NodeKey> reachable = new HashSet<>();
    final Core core = store.core();
    final Core.Current now = core.current();
    try {
      final List<Child> tops = new ArrayList<>();
      for (long wave = core.oldest(Core.Oldest.TREE); wave <= now.wave(); wave++) {
        tops.add(core.row(now.pin(), wave).top());
      }
      new Forks(core).list(now.pin()).forEach(fork -> tops.add(fork.top()));
      final LeafWalk.Visitor visitor =
          new LeafWalk.Visitor() {
            @Override
            public boolean leaf(Leaf leaf) {
              return true;
            }

            @Override
            public void node(NodeKey key, Node node) {
              reachable.add(key);
            }
          };
      for (final Child top : tops) {
        LeafWalk.run(
            top, Hash32.ZERO, (key, expected) -> core.nodes.load(now, key, expected), visitor);
      }
    } finally {
      now.pin().release();
    }
    return reachable;
  }

  @Test
  void shouldRefuseADirectoryOfAnotherChainOrANewerFormatOrWithForeignFiles() throws Exception {
    final Path path = folder.resolve("stamped");
    RocksStateStore.open(path, options()).close();
    assertThatThrownBy(() -> RocksStateStore.open(path, RocksOptions.of(1)))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("FORMAT")
        .hasMessageContaining("chain 31337")
        .hasMessageContaining("chain 1");
    Files.writeString(path.resolve("FORMAT"), "tidemill-state 4\nchain 31337\n");
    assertThatThrownBy(() -> RocksStateStore.open(path, options()))
        .hasMessageContaining("format 4")
        .hasMessageContaining("newer build");
    Files.writeString(path.resolve("FORMAT"), "tidemill-state 1\nchain 31337\n");
    RocksStateStore.open(path, options()).close();
    final Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("holiday.jpg"), "x");
    assertThatThrownBy(() -> RocksStateStore.open(foreign, options()))
        .hasMessageContaining("holiday.jpg")
        .hasMessageContaining("empty directory");
    try (var files = Files.list(foreign)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void shouldRefuseADirectoryThatIsHeld() {
    final Path path = folder.resolve("held");
    try (RocksStateStore store = RocksStateStore.open(path, options())) {
      assertThat(store.head()).isNull();
      assertThatThrownBy(() -> RocksStateStore.open(path, options()))
          .isInstanceOf(StateException.class)
          .hasMessageContaining("held by process " + ProcessHandle.current().pid());
    }
    RocksStateStore.open(path, options()).close();
  }
}
