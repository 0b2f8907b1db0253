package io.tidemill.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.ProofVerifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link StateStore} does, whatever it is made of. */
public abstract class StateStoreContract extends SessionContract {
  @Test
  void shouldStartWithoutAHead() {
    assertThat(store.head()).isNull();
    assertThat(store.oldestWave()).isEqualTo(-1);
    try (Snapshot empty = store.snapshot()) {
      assertThat(empty.wave()).isEqualTo(-1);
      assertThat(empty.root()).isEqualTo(StateRoot.NONE);
      assertThat(empty.get(Waves.key(1))).isNull();
    }
    assertThat(store.snapshotAt(0)).isNull();
    assertThat(store.waveRecord(0)).isNull();
    assertThat(store.receipts(0)).isNull();
  }

  @Test
  void shouldGiveTheReferenceRootAndEveryValueOfEveryWave() {
    final List<StateRoot> roots = new ArrayList<>();
    for (long wave = 0; wave <= 20; wave++) {
      roots.add(waves.commit(store, wave, CHANGES));
      assertThat(roots.getLast().blake3()).isEqualTo(Waves.rootOf(waves.model(wave, CHANGES)));
      assertThat(store.head()).isEqualTo(new StateStore.Head(wave, roots.getLast()));
    }
    for (long wave = 0; wave <= 20; wave++) {
      try (Snapshot snapshot = store.snapshotAt(wave)) {
        assertThat(snapshot.wave()).isEqualTo(wave);
        assertThat(snapshot.root()).isEqualTo(roots.get((int) wave)).isEqualTo(store.rootOf(wave));
        check(snapshot, waves.model(wave, CHANGES));
      }
    }
    assertThat(store.snapshotAt(21)).isNull();
  }

  @Test
  void shouldShowNothingOfAProposalUntilItIsCommitted() {
    waves.commit(store, 0, CHANGES);
    final StateStore.Head before = store.head();
    final Proposal proposal = store.propose(waves.delta(1, CHANGES));
    final Map<StateKey, byte[]> after = waves.model(1, CHANGES);
    assertThat(proposal.wave()).isEqualTo(1);
    assertThat(proposal.root().blake3()).isEqualTo(Waves.rootOf(after));
    try (Snapshot pending = proposal.snapshot()) {
      assertThat(pending.wave()).isEqualTo(1);
      check(pending, after);
    }
    assertThat(store.head()).isEqualTo(before);
    try (Snapshot snapshot = store.snapshot()) {
      check(snapshot, waves.model(0, CHANGES));
    }
    assertThatThrownBy(() -> store.propose(StateDelta.EMPTY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    proposal.discard();
    assertThat(store.head()).isEqualTo(before);
    assertThatThrownBy(proposal::discard).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> proposal.commit(waves.artifacts(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(waves.commit(store, 1, CHANGES).blake3()).isEqualTo(Waves.rootOf(after));
  }

  @Test
  void shouldTellTheRootThatADeltaWouldGive() {
    waves.commit(store, 0, CHANGES);
    waves.commit(store, 1, CHANGES);
    try (Snapshot before = store.snapshot()) {
      final Hash32 told = before.rootAfter(waves.delta(2, CHANGES));
      assertThat(told).isEqualTo(Waves.rootOf(waves.model(2, CHANGES)));
      assertThat(waves.commit(store, 2, CHANGES).blake3()).isEqualTo(told);
      assertThat(before.rootAfter(StateDelta.EMPTY)).isEqualTo(before.root().blake3());
    }
  }

  @Test
  void shouldKeepTheRootOverAnEmptyWave() {
    final StateRoot root = waves.commit(store, 0, CHANGES);
    final Proposal proposal = store.propose(StateDelta.EMPTY);
    assertThat(proposal.root()).isEqualTo(root);
    proposal.commit(waves.artifacts(1));
    assertThat(store.head()).isEqualTo(new StateStore.Head(1, root));
  }

  @Test
  void shouldDistinguishAnEmptyValueFromAbsence() {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    changes.put(Waves.key(1), new byte[0]);
    final Proposal proposal = store.propose(StateDelta.of(changes));
    proposal.commit(waves.artifacts(0));
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.get(Waves.key(1))).isEmpty();
      assertThat(snapshot.get(Waves.key(2))).isNull();
      assertThat(proposal.root().blake3())
          .isEqualTo(Waves.rootOf(Map.of(Waves.key(1), new byte[0])));
    }
  }

  @Test
  void shouldListEveryWaveInTheOrderOfKeyHashesFromAnywhere() {
    for (long wave = 0; wave < 4; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    for (long wave = 1; wave < 4; wave++) {
      try (Snapshot snapshot = store.snapshotAt(wave)) {
        final TreeMap<StateKey, byte[]> model = new TreeMap<>(waves.model(wave, CHANGES));
        final TreeMap<StateKey, byte[]> listed = new TreeMap<>();
        Hash32 from = Hash32.ZERO;
        while (from != null) {
          final Hash32[] next = {null};
          final int[] count = {0};
          final Hash32 begin = from;
          snapshot.list(
              begin,
              (key, value) -> {
                assertThat(key.keyHash()).isGreaterThanOrEqualTo(begin);
                if (count[0]++ == 7) {
                  next[0] = key.keyHash();
                  return false;
                }
                assertThat(listed.put(key, value)).isNull();
                return true;
              });
          from = next[0];
        }
        assertThat(listed.keySet()).isEqualTo(model.keySet());
        listed.forEach((key, value) -> assertThat(value).isEqualTo(model.get(key)));
      }
    }
  }

  @Test
  void shouldReturnRecordsReceiptsAndCode() {
    for (long wave = 0; wave < 3; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final WaveArtifacts expected = waves.artifacts(1);
    assertThat(store.waveRecord(1)).isEqualTo(expected.waveRecord());
    assertThat(store.contentHash(1)).isEqualTo(expected.contentHash());
    assertThat(store.receipts(1))
        .containsExactlyElementsOf(
            expected.receipts().stream().map(WaveArtifacts.StoredReceipt::bytes).toList());
    assertThat(store.events(1))
        .containsExactlyElementsOf(
            expected.events().stream().map(WaveArtifacts.StoredEvent::bytes).toList());
    assertThat(store.receiptLocation(Waves.hash("tx 1 1"))).isEqualTo(new ReceiptLocation(1, 1));
    assertThat(store.receiptByHash(Waves.hash("tx 1 1")))
        .isEqualTo("receipt 1 1".getBytes(StandardCharsets.UTF_8));
    assertThat(store.receiptByHash(Waves.hash("tx 1 2"))).as("not indexed").isNull();
    assertThat(store.receipt(new ReceiptLocation(1, 2)))
        .isEqualTo("receipt 1 2".getBytes(StandardCharsets.UTF_8));
    assertThat(store.receipt(new ReceiptLocation(1, 3))).isNull();
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.code(Waves.hash("wasm 1")))
          .isEqualTo("wasm 1".getBytes(StandardCharsets.UTF_8));
      assertThat(snapshot.code(Waves.hash("wasm 9"))).isNull();
    }
  }

  @Test
  void shouldKeepWhatEveryWaveWroteEntryForEntry() {
    // Wave 3 writes everything as it is: nothing changes, and it was written all the same.
    waves.commit(store, 0, CHANGES);
    waves.commit(store, 1, CHANGES);
    waves.commit(store, 2, CHANGES);
    final StateDelta again = waves.delta(2, CHANGES);
    store.propose(again).commit(waves.artifacts(3));
    final StateDelta mixed = waves.delta(5, CHANGES).over(again);
    store.propose(mixed).commit(waves.artifacts(4));
    waves.commit(store, 5, CHANGES);
    assertThat(store.delta(0)).as("the genesis").isNull();
    assertThat(store.delta(1)).isEqualTo(waves.delta(1, CHANGES));
    assertThat(store.delta(2)).isEqualTo(waves.delta(2, CHANGES));
    assertThat(store.delta(3)).isEqualTo(again);
    assertThat(store.delta(4)).isEqualTo(mixed);
    assertThat(store.delta(5)).isEqualTo(waves.delta(5, CHANGES));
    assertThat(store.delta(6)).isNull();
    store.rollbackTo(3);
    assertThat(store.delta(4)).isNull();
    assertThat(store.delta(3)).isEqualTo(again);
  }

  @Test
  void shouldPageThroughEventsWithEveryFilter() {
    for (long wave = 0; wave < 10; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final Hash32 transfer = Waves.hash("Transfer");
    final List<List<List<Hash32>>> filters =
        List.of(
            List.of(),
            List.of(List.of(transfer)),
            List.of(List.of(transfer, Waves.hash("Ping"))),
            List.of(List.of(transfer), List.of(Waves.hash("from 1"), Waves.hash("from 3"))),
            List.of(List.of(), List.of(Waves.hash("from 2"))),
            List.of(List.of(Waves.hash("Ping")), List.of(Waves.hash("from 2"))));
    for (final Hash32 contract : new Hash32[] {null, Waves.hash("contract 1"), Hash32.ZERO}) {
      for (final List<List<Hash32>> filter : filters) {
        final List<byte[]> expected = new ArrayList<>();
        final EventQuery whole = new EventQuery(2, 8, contract, filter, null, 1000);
        for (long wave = 2; wave <= 8; wave++) {
          for (final WaveArtifacts.StoredEvent event : waves.artifacts(wave).events()) {
            if (whole.matches(event.contract(), event.topics())) {
              expected.add(event.bytes());
            }
          }
        }
        for (final int limit : new int[] {1, 3, 1000}) {
          assertThat(pages(contract, filter, limit)).containsExactlyElementsOf(expected);
        }
      }
    }
  }

  private List<byte[]> pages(@Nullable Hash32 contract, List<List<Hash32>> filter, int limit) {
    final List<byte[]> found = new ArrayList<>();
    EventCursor after = null;
    do {
      final EventPage page =
          store.queryEvents(new EventQuery(2, 8, contract, filter, after, limit));
      assertThat(page.rows().size()).isLessThanOrEqualTo(limit);
      page.rows().forEach(row -> found.add(row.bytes()));
      after = page.next();
    } while (after != null);
    return found;
  }

  @Test
  void shouldRollBackAndGoOnWithIdenticalBytes() {
    for (long wave = 0; wave <= 12; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final StateRoot last = store.head().root();
    store.rollbackTo(5);
    assertThat(store.head().wave()).isEqualTo(5);
    assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(5, CHANGES)));
    assertThat(store.waveRecord(6)).isNull();
    assertThat(store.receipts(6)).isNull();
    assertThat(store.receiptByHash(Waves.hash("tx 6 0"))).isNull();
    assertThat(store.receiptByHash(Waves.hash("tx 5 0"))).isNotNull();
    assertThat(store.queryEvents(new EventQuery(6, 12, null, List.of(), null, 10)).rows())
        .isEmpty();
    for (long wave = 0; wave <= 5; wave++) {
      try (Snapshot snapshot = store.snapshotAt(wave)) {
        check(snapshot, waves.model(wave, CHANGES));
      }
    }
    final Waves other = new Waves(99, KEYS);
    other.commit(store, 6, CHANGES);
    store.rollbackTo(5);
    for (long wave = 6; wave <= 12; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    assertThat(store.head().root()).isEqualTo(last);
    assertThatThrownBy(() -> store.rollbackTo(13)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldShowReadersOneWaveAsAWholeDuringCommits() throws Exception {
    // Every key holds the number of the wave that wrote it, and every wave writes every key.
    final AtomicBoolean stop = new AtomicBoolean();
    commitEverywhere(0);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      final List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(
            threads.submit(
                () -> {
                  int rounds = 0;
                  while (!stop.get() || rounds == 0) {
                    try (Snapshot snapshot = store.snapshot()) {
                      for (int k = 0; k < KEYS; k++) {
                        assertThat(snapshot.get(Waves.key(k)))
                            .containsExactly((byte) snapshot.wave());
                      }
                    }
                    rounds++;
                  }
                  return rounds;
                }));
      }
      for (int wave = 1; wave <= 100; wave++) {
        commitEverywhere(wave);
      }
      stop.set(true);
      for (final Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
  }

  private void commitEverywhere(int wave) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    for (int k = 0; k < KEYS; k++) {
      changes.put(Waves.key(k), new byte[] {(byte) wave});
    }
    store.propose(StateDelta.of(changes)).commit(waves.artifacts(wave));
  }

  @Test
  void shouldProvePresenceAndAbsenceAtEveryWaveAndChildCommit() {
    for (long wave = 0; wave <= 4; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final Commit commit;
    try (Snapshot base = store.snapshotAt(3)) {
      commit = store.commitChild(base, waves.delta(9, CHANGES), List.of());
    }
    for (long wave = 0; wave <= 4; wave++) {
      try (Snapshot snapshot = store.snapshotAt(wave)) {
        prove(snapshot);
      }
    }
    try (Snapshot child = store.snapshotOf(commit.id())) {
      prove(child);
    }
  }

  private static void prove(Snapshot snapshot) {
    assertThat(snapshot.isProvable()).isTrue();
    for (int i = 0; i < KEYS + 5; i++) {
      final StateKey key = Waves.key(i);
      assertThat(
              ProofVerifier.verify(
                  snapshot.root().blake3(), key.raw(), snapshot.get(key), snapshot.prove(key)))
          .isTrue();
    }
  }

  @Test
  void shouldRefuseEverythingAfterClose() {
    waves.commit(store, 0, CHANGES);
    final Snapshot snapshot = store.snapshot();
    snapshot.close();
    assertThatThrownBy(() -> snapshot.get(Waves.key(0))).isInstanceOf(StateException.class);
    store.close();
    assertThatThrownBy(() -> store.snapshot()).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.propose(StateDelta.EMPTY)).isInstanceOf(StateException.class);
  }
}
