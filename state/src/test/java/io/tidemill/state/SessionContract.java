package io.tidemill.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link StateStore} does for sessions, whatever it is made of. */
abstract class SessionContract {
  static final int KEYS = 60;
  static final int CHANGES = 25;

  final Waves waves = new Waves(11, KEYS);
  StateStore store;

  /** An empty store that keeps every wave. */
  protected abstract StateStore create() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = create();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldCommitSessionsAsChildrenOfAnyRetainedWave() {
    for (long wave = 0; wave <= 5; wave++) {
      waves.commit(store, wave, CHANGES);
    }
    final Waves session = new Waves(77, KEYS);
    final Map<StateKey, byte[]> model = waves.model(2, CHANGES);
    final Commit first;
    try (Snapshot base = store.snapshotAt(2)) {
      first = store.commitChild(base, session.delta(1, CHANGES), session.artifacts(50).codes());
      assertThat(store.commitChild(base, session.delta(1, CHANGES), List.of()))
          .as("the same state is the same commit")
          .isEqualTo(first);
    }
    Waves.apply(model, session.delta(1, CHANGES));
    assertThat(first.root().blake3()).isEqualTo(Waves.rootOf(model)).isEqualTo(first.id());
    assertThat(first.wave()).isEqualTo(2);
    assertThat(first.parent()).isNull();
    final Snapshot open = store.snapshotOf(first.id());
    check(open, model);
    assertThat(open.code(Waves.hash("wasm 50"))).isNotNull();
    waves.commit(store, 6, CHANGES);
    check(open, model);
    final Map<StateKey, byte[]> childModel = new HashMap<>(model);
    Waves.apply(childModel, session.delta(2, CHANGES));
    final Commit second = store.commitChild(open, session.delta(2, CHANGES), List.of());
    assertThat(second.parent()).isEqualTo(first.id());
    assertThat(second.root().blake3()).isEqualTo(Waves.rootOf(childModel));
    assertThat(store.commits()).containsExactly(first, second);
    assertThat(store.deleteCommit(first.id())).isTrue();
    assertThat(store.deleteCommit(first.id())).isFalse();
    assertThat(store.snapshotOf(first.id())).isNull();
    check(open, model);
    open.close();
    try (Snapshot child = store.snapshotOf(second.id())) {
      check(child, childModel);
    }
    assertThat(store.commits()).containsExactly(second);
    assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(6, CHANGES)));
    store.rollbackTo(1);
    assertThat(store.commits()).isEmpty();
  }

  @Test
  void shouldRunSessionsOnManyThreadsWhileWavesGoOn() throws Exception {
    waves.commit(store, 0, CHANGES);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      final List<Future<Hash32>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        final Waves session = new Waves(1000 + i, KEYS);
        results.add(
            threads.submit(
                () -> {
                  Commit last = null;
                  for (int step = 0; step < 5; step++) {
                    try (Snapshot base =
                        last == null ? store.snapshotAt(0) : store.snapshotOf(last.id())) {
                      last = store.commitChild(base, session.delta(step, 10), List.of());
                    }
                  }
                  return last.id();
                }));
      }
      for (long wave = 1; wave <= 10; wave++) {
        waves.commit(store, wave, CHANGES);
      }
      for (int i = 0; i < 4; i++) {
        final Map<StateKey, byte[]> model = waves.model(0, CHANGES);
        for (int step = 0; step < 5; step++) {
          Waves.apply(model, new Waves(1000 + i, KEYS).delta(step, 10));
        }
        assertThat(results.get(i).get()).isEqualTo(Waves.rootOf(model));
      }
    }
  }

  static void check(Snapshot snapshot, Map<StateKey, byte[]> model) {
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < KEYS; i++) {
        assertThat(snapshot.get(Waves.key(i)))
            .as("key %d of wave %d", i, snapshot.wave())
            .isEqualTo(model.get(Waves.key(i)));
      }
      snapshot.prefetch(model.keySet());
    }
  }
}
