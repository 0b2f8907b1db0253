package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.Commit;
import io.tidemill.state.EventQuery;
import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStoreContract;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.ProofVerifier;
import io.tidemill.state.writeback.ValuePatch;
import io.tidemill.state.writeback.WaveLogRow;
import io.tidemill.state.writeback.WriteBack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Waves that wait for their flush: everything about the store is as if nothing waited. {@code
 * -Dtidemill.cases=N} sets how many steps the random comparison takes.
 */
class WriteBackTest {
  private static final int STEPS = Integer.getInteger("tidemill.cases", 300);
  private static final int KEYS = 60;
  private static final int CHANGES = 25;

  /** Nothing is flushed but by the tests themselves. */
  private static final WriteBack NEVER =
      new WriteBack(1_000_000, Integer.MAX_VALUE, Long.MAX_VALUE / 4, Integer.MAX_VALUE);

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private final Waves waves = new Waves(23, KEYS);

  private static RocksOptions options(WriteBack writeBack) {
    return RocksOptions.of(5)
        .withRetention(Retention.ARCHIVE)
        .withCaches(64, 16)
        .withHashingThreads(1)
        .withDatabaseMemory(4 << 20, 4 << 20)
        .withWriteBack(writeBack);
  }

  @Test
  void shouldBeTheSameWithAndWithoutWhateverHappens() {
    final long seed = Long.getLong("tidemill.seed", 20);
    final Random random = new Random(seed);
    final Retention retention = new Retention(12, 6, 9, 10);
    final List<RocksOptions> variants = new ArrayList<>();
    for (final WriteBack policy :
        List.of(
            WriteBack.OFF, NEVER, new WriteBack(3, 1_000, 1 << 20, 5), new WriteBack(1, 1, 1, 1))) {
      variants.add(options(policy).withRetention(retention));
    }
    final List<RocksStateStore> stores = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      stores.add(RocksStateStore.open(folder.resolve("variant" + i), variants.get(i)));
    }
    long wave = -1;
    long high = -1;
    for (int step = 0; step < STEPS; step++) {
      final String what = "seed " + seed + ", step " + step;
      final int dice = random.nextInt(20);
      if (dice == 0 && wave > 8 && wave > high - 4) {
        final long target = Math.max(wave - 1 - random.nextInt(5), high - 8);
        stores.forEach(store -> store.rollbackTo(target));
        wave = target;
      } else if (dice == 1) {
        for (int i = 0; i < stores.size(); i++) {
          if (random.nextBoolean()) {
            stores.get(i).abandon();
          } else {
            stores.get(i).close();
          }
          stores.set(i, RocksStateStore.open(folder.resolve("variant" + i), variants.get(i)));
        }
      } else if (dice == 2) {
        stores.forEach(RocksStateStore::prune);
      } else if (dice == 3 && wave > 2) {
        fork(stores, wave - random.nextInt(2), random.nextLong());
      } else {
        wave++;
        for (final RocksStateStore store : stores) {
          waves.commit(store, wave, CHANGES);
        }
      }
      high = Math.max(high, wave);
      // What is older may be pruned in one and not yet in another.
      compare(stores, Math.max(0, Math.max(wave - 5, high - 8)), wave, what);
    }
    for (final RocksStateStore store : stores) {
      assertThat(store.verify().problems()).isEmpty();
      store.close();
    }
  }

  private void fork(List<RocksStateStore> stores, long wave, long seed) {
    final List<Commit> first = stores.getFirst().commits();
    for (final RocksStateStore store : stores) {
      if (first.size() >= 2) {
        assertThat(store.deleteCommit(first.getFirst().id())).isTrue();
      }
      try (Snapshot base = store.snapshotAt(wave)) {
        store.commitChild(base, new Waves(seed, KEYS).delta(wave, 10), List.of());
      }
    }
  }

  private void compare(List<RocksStateStore> stores, long from, long head, String what) {
    final RocksStateStore oracle = stores.getFirst();
    for (final RocksStateStore store : stores.subList(1, stores.size())) {
      assertThat(store.head()).as(what).isEqualTo(oracle.head());
      assertThat(store.commits()).as(what).isEqualTo(oracle.commits());
      for (long wave = from; wave <= head; wave++) {
        assertThat(store.rootOf(wave)).as(what).isEqualTo(oracle.rootOf(wave));
        assertThat(store.waveRecord(wave)).as(what).isEqualTo(oracle.waveRecord(wave));
        assertThat(store.contentHash(wave)).as(what).isEqualTo(oracle.contentHash(wave));
        assertThat(store.delta(wave)).as(what).isEqualTo(oracle.delta(wave));
        assertThat(texts(store.receipts(wave))).as(what).isEqualTo(texts(oracle.receipts(wave)));
        assertThat(texts(store.events(wave))).as(what).isEqualTo(texts(oracle.events(wave)));
        for (int i = 0; i < 3; i++) {
          final Hash32 hash = Waves.hash("tx " + wave + " " + i);
          assertThat(store.receiptLocation(hash)).as(what).isEqualTo(oracle.receiptLocation(hash));
          assertThat(store.receiptByHash(hash)).as(what).isEqualTo(oracle.receiptByHash(hash));
        }
        try (Snapshot ours = store.snapshotAt(wave);
            Snapshot theirs = oracle.snapshotAt(wave)) {
          compare(ours, theirs, what + ", wave " + wave);
        }
      }
      events(store, oracle, from, Math.max(0, head), what);
      for (final Commit commit : oracle.commits()) {
        try (Snapshot ours = store.snapshotOf(commit.id());
            Snapshot theirs = oracle.snapshotOf(commit.id())) {
          compare(ours, theirs, what + ", " + commit);
        }
      }
    }
  }

  private static List<String> texts(List<byte[]> rows) {
    return rows == null ? null : rows.stream().map(Arrays::toString).toList();
  }

  private static void compare(Snapshot ours, Snapshot theirs, String what) {
    for (int i = 0; i < KEYS; i++) {
      final StateKey key = Waves.key(i);
      assertThat(ours.get(key)).as(what).isEqualTo(theirs.get(key));
      if (ours.isProvable() && theirs.isProvable() && i % 7 == 0) {
        assertThat(ours.prove(key).encode()).as(what).isEqualTo(theirs.prove(key).encode());
        assertThat(
                ProofVerifier.verify(
                    ours.root().blake3(), key.raw(), ours.get(key), ours.prove(key)))
            .as(what)
            .isTrue();
      }
    }
  }

  private static void events(
      RocksStateStore ours, RocksStateStore theirs, long from, long to, String what) {
    for (final int limit : new int[] {2, 1_000}) {
      final EventQuery query =
          new EventQuery(from, to, Waves.hash("contract 1"), List.of(), null, limit);
      final var page = ours.queryEvents(query);
      final var expected = theirs.queryEvents(query);
      assertThat(page.rows()).usingRecursiveComparison().as(what).isEqualTo(expected.rows());
      if (expected.next() != null) {
        assertThat(page.next()).as(what).isEqualTo(expected.next());
      }
    }
  }

  @Test
  void shouldReplayEveryWaveThatWasNotFlushed() {
    final Path path = folder.resolve("replayed");
    RocksStateStore store = RocksStateStore.open(path, options(NEVER));
    for (long wave = 0; wave <= 3; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    store.flush();
    for (long wave = 4; wave <= 9; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    for (int round = 0; round < 2; round++) {
      store.abandon();
      store = RocksStateStore.open(path, options(NEVER));
      assertThat(store.core().peek().dirty().size()).as("nothing is written").isEqualTo(6);
      assertThat(store.head().wave()).isEqualTo(9);
      check(store, 9);
      assertThat(store.receipts(9)).hasSize(3);
      assertThat(store.delta(9)).isEqualTo(waves.delta(9, CHANGES));
    }
    waves.commit(store, 10, CHANGES);
    store.close();
    try (RocksStateStore after = RocksStateStore.open(path, options(WriteBack.OFF))) {
      assertThat(after.core().peek().dirty().isEmpty()).as("flushed at the close").isTrue();
      check(after, 10);
      assertThat(after.verify().problems()).isEmpty();
    }
  }

  private void check(RocksStateStore store, long wave) {
    final Map<StateKey, byte[]> model = waves.model(wave, CHANGES);
    assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(model));
    try (Snapshot snapshot = store.snapshot()) {
      for (int i = 0; i < KEYS; i++) {
        assertThat(snapshot.get(Waves.key(i))).isEqualTo(model.get(Waves.key(i)));
      }
    }
  }

  @Test
  void shouldRefuseALogThatGivesAnotherRoot() throws Exception {
    final Path path = folder.resolve("forged");
    final RocksStateStore store = RocksStateStore.open(path, options(NEVER));
    for (long wave = 0; wave <= 2; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final StateDelta other = waves.delta(77, CHANGES);
    final WaveLogRow row =
        new WaveLogRow(other, List.of(), List.of(), new ValuePatch[other.size()]);
    final byte[] bytes = new byte[row.encodedLength()];
    row.encodeTo(bytes, 0);
    final Batch batch = new Batch(store.core().database);
    batch.put(Family.WAVE_LOG, Keys.wave(2), bytes);
    store.core().database.write(batch);
    store.abandon();
    for (int round = 0; round < 2; round++) {
      assertThatThrownBy(() -> RocksStateStore.open(path, options(NEVER)))
          .isInstanceOf(StateException.class)
          .hasMessageContaining("log row of wave 2")
          .hasMessageContaining("another root")
          .hasMessageContaining(path.toString())
          .hasMessageContaining("restore a snapshot");
    }
  }

  @Test
  void shouldFindAPatchThatDoesNotFitOnWhatItLiesOn() throws Exception {
    try (RocksStateStore store =
        RocksStateStore.open(folder.resolve("patched"), options(WriteBack.OFF))) {
      for (long wave = 0; wave <= 2; wave++) {
        waves.commit(store, wave, CHANGES);
      }
      assertThat(store.verify().problems()).isEmpty();
      final Core core = store.core();
      final byte[] changed = core.database.get(Family.UNDO, core.peek().pin(), Keys.wave(2));
      final StateKey key = StateKey.at(Objects.requireNonNull(changed), 0);
      final Batch batch = new Batch(core.database);
      // A patch that shares more than any value is long.
      batch.put(Family.HISTORY, Keys.history(key, 2), new byte[] {2, 0x7F, -1, -1, -1, 0, 0, 0, 0});
      core.database.write(batch);
      core.writing.lock();
      try {
        core.refresh();
      } finally {
        core.writing.unlock();
      }
      assertThat(store.verify().problems())
          .singleElement()
          .asString()
          .contains("what wave 2 overwrote under key " + key);
    }
  }

  @Test
  void shouldKeepAnOpenSnapshotAsItIsOverAFlush() {
    try (RocksStateStore store = RocksStateStore.open(folder.resolve("open"), options(NEVER))) {
      for (long wave = 0; wave <= 3; wave++) {
        waves.commit(store, wave, CHANGES);
      }
      try (Snapshot three = store.snapshot();
          Snapshot two = store.snapshotAt(2)) {
        assertThat(store.core().overDirty).hasSize(2);
        store.flush();
        assertThat(store.core().overDirty).as("snapshots that hold dirty waves").isEmpty();
        for (long wave = 4; wave <= 6; wave++) {
          waves.commit(store, wave, CHANGES);
        }
        store.flush();
        store.rollbackTo(1);
        for (final Snapshot snapshot : List.of(three, two)) {
          final Map<StateKey, byte[]> model = waves.model(snapshot.wave(), CHANGES);
          for (int i = 0; i < KEYS; i++) {
            assertThat(snapshot.get(Waves.key(i))).isEqualTo(model.get(Waves.key(i)));
          }
          assertThat(snapshot.prove(Waves.key(1))).isNotNull();
        }
      }
    }
  }

  @Test
  void shouldNeverHaveMoreThanTwiceWhatMakesAFlushDue() {
    final WriteBack policy = new WriteBack(2, 1_000_000, 1L << 40, 60_000);
    try (RocksStateStore store = RocksStateStore.open(folder.resolve("full"), options(policy))) {
      for (long wave = 0; wave <= 200; wave++) {
        waves.commit(store, wave, CHANGES);
        assertThat(store.core().peek().dirty().size()).isLessThanOrEqualTo(4);
      }
      check(store, 200);
    }
  }

  @Test
  void shouldReadAStoreOfTheFormatBeforeAndStampItAnew() throws Exception {
    final Path path = folder.resolve("older");
    try (RocksStateStore store = RocksStateStore.open(path, options(WriteBack.OFF))) {
      waves.commit(store, 0, CHANGES);
      waves.commit(store, 1, CHANGES);
      final Batch batch = new Batch(store.core().database);
      batch.delete(Family.META, Flush.FLUSHED_KEY);
      store.core().database.write(batch);
    }
    final Path stamp = path.resolve("FORMAT");
    java.nio.file.Files.writeString(stamp, "tidemill-state 1\nchain 5\n");
    try (RocksStateStore store = RocksStateStore.open(path, options(NEVER))) {
      check(store, 1);
      waves.commit(store, 2, CHANGES);
      store.abandon();
    }
    assertThat(stamp).hasContent("tidemill-state 3\nchain 5\n");
    try (RocksStateStore store = RocksStateStore.open(path, options(NEVER))) {
      check(store, 2);
    }
  }

  /** The contract of a store, where every wave is flushed at once. */
  @Nested
  class WrittenThrough extends StateStoreContract {
    @Override
    protected StateStore create() {
      return RocksStateStore.open(folder.resolve("through"), options(WriteBack.OFF));
    }
  }

  /** The contract of a store, where nothing is ever flushed. */
  @Nested
  class KeptDirty extends StateStoreContract {
    @Override
    protected StateStore create() {
      return RocksStateStore.open(folder.resolve("dirty"), options(NEVER));
    }
  }

  /** The contract of a store that flushes all the time. */
  @Nested
  class AlwaysFlushing extends StateStoreContract {
    @Override
    protected StateStore create() {
      return RocksStateStore.open(
          folder.resolve("flushing"), options(new WriteBack(1, 1, 1, 1)).withCaches(0, 0));
    }
  }
}
