package io.tidemill.server.pipeline;

import io.tidemill.executor.WaveResult;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Hash32;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state after a wave that is executed and not in the store yet: what the wave changed, before
 * what lies beneath. It stays as it is whatever becomes of the wave.
 */
final class ExecutedState implements Snapshot {
  /** What a wave changed, for lookup; a null value is a deletion. */
  record Changes(long wave, Map<StateKey, byte @Nullable []> values, Map<Hash32, byte[]> codes) {
    static Changes of(WaveResult result) {
      final Map<StateKey, byte @Nullable []> values = HashMap.newHashMap(result.delta().size());
      for (StateDelta.Entry entry : result.delta()) {
        values.put(entry.key(), entry.value());
      }
      final Map<Hash32, byte[]> codes = HashMap.newHashMap(result.codes().size());
      for (StoredCode code : result.codes()) {
        codes.put(code.codeHash(), code.wasm());
      }
      return new Changes(result.context().waveId(), values, codes);
    }
  }

  private final Snapshot below;
  private final Changes changes;
  private final Supplier<StateRoot> root;

  /**
   * The state after a wave.
   *
   * @param below the state before it; closed with this
   * @param root gives the root and may wait for it
   */
  ExecutedState(Snapshot below, Changes changes, Supplier<StateRoot> root) {
    this.below = below;
    this.changes = changes;
    this.root = root;
  }

  @Override
  public long wave() {
    return changes.wave();
  }

  @Override
  public StateRoot root() {
    return root.get();
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    final byte[] value = changes.values().get(key);
    return value != null || changes.values().containsKey(key) ? value : below.get(key);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    final byte[] fresh = changes.codes().get(codeHash);
    return fresh != null ? fresh : below.code(codeHash);
  }

  @Override
  public @Nullable Hash32 rootAfter(StateDelta delta) {
    return below.rootAfter(delta.over(StateDelta.of(new TreeMap<>(changes.values()))));
  }

  @Override
  public void prefetch(Collection<StateKey> keys) {
    below.prefetch(keys);
  }

  @Override
  public void close() {
    below.close();
  }
}
