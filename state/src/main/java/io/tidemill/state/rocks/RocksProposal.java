package io.tidemill.state.rocks;

import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.ValuePatch;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A wave in memory: its tree update is computed and nothing is written. */
final class RocksProposal implements Proposal {
  private final RocksStateStore store;
  private final long wave;
  private final StateRoot root;
  private final StateDelta delta;
  private final TreeUpdate update;
  private final long treeVersion;
  private final long keys;
  private boolean ended;

  RocksProposal(
      RocksStateStore store,
      long wave,
      StateDelta delta,
      TreeUpdate update,
      long treeVersion,
      long keys) {
    this.store = store;
    this.wave = wave;
    this.root = StateRoot.of(Child.rootHash(update.root()));
    this.delta = delta;
    this.update = update;
    this.treeVersion = treeVersion;
    this.keys = keys;
  }

  @Override
  public long wave() {
    return wave;
  }

  @Override
  public StateRoot root() {
    return root;
  }

  /** What is stored of the wave beside its receipts and events. */
  WaveRow row(WaveArtifacts artifacts) {
    return new WaveRow(
        treeVersion, root, artifacts.contentHash(), keys, update.root(), artifacts.waveRecord());
  }

  /**
   * The wave as it waits for its flush.
   *
   * @param before the value under a key before the wave, where that is at hand, or null
   */
  DirtyWave dirty(WaveArtifacts artifacts, Function<StateKey, byte @Nullable []> before) {
    return new DirtyWave(
        wave,
        delta,
        update,
        treeVersion,
        artifacts.receipts(),
        artifacts.events(),
        ValuePatch.all(delta, before));
  }

  void end() {
    if (ended) {
      throw new IllegalStateException("the proposal of wave " + wave + " has ended");
    }
    ended = true;
  }

  @Override
  public Snapshot snapshot() {
    return new Pending(store.snapshot());
  }

  @Override
  public void commit(WaveArtifacts artifacts) {
    store.commit(this, artifacts);
  }

  @Override
  public void discard() {
    store.discard(this);
  }

  /** The state under the proposal, with the delta before it. */
  private final class Pending implements Snapshot {
    private final Snapshot below;
    private final Map<StateKey, byte @Nullable []> changed = new HashMap<>();

    Pending(Snapshot below) {
      this.below = below;
      if (below.wave() != wave - 1) {
        below.close();
        throw new StateException("the proposal of wave " + wave + " has ended");
      }
      for (final StateDelta.Entry entry : delta) {
        changed.put(entry.key(), entry.value());
      }
    }

    @Override
    public long wave() {
      return wave;
    }

    @Override
    public StateRoot root() {
      return root;
    }

    @Override
    public byte @Nullable [] get(StateKey key) {
      final byte[] value = changed.get(key);
      return value != null || changed.containsKey(key) ? value : below.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return below.code(codeHash);
    }

    @Override
    public void close() {
      below.close();
    }
  }
}
