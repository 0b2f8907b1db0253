package io.tidemill.executor.overlay;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The wave so far over the snapshot beneath it: what the next transaction of serial execution
 * reads. Confined to one thread.
 */
// Sentinels are told by identity: an empty array is a value like any other.
@SuppressWarnings("ReferenceEquality")
public final class WaveView implements StateView {
  private static final byte[] TOMBSTONE = new byte[0];

  private final Snapshot base;
  private final Map<StateKey, byte[]> writes = new HashMap<>();

  /**
   * What the snapshot has answered: every transaction asks for the pause, many for one contract.
   */
  private final Map<StateKey, byte[]> answers = new HashMap<>();

  private final TreeMap<Hash32, byte[]> codes = new TreeMap<>();

  public WaveView(Snapshot base) {
    this.base = base;
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    final byte[] written = writes.get(key);
    if (written != null) {
      return written == TOMBSTONE ? null : written;
    }
    final byte[] answered = answers.get(key);
    if (answered != null) {
      return answered == TOMBSTONE ? null : answered;
    }
    final byte[] value = base.get(key);
    answers.put(key, value == null ? TOMBSTONE : value);
    return value;
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    final byte[] staged = codes.get(codeHash);
    return staged != null ? staged : base.code(codeHash);
  }

  /** Lays the surviving writes of one transaction over the wave. */
  public void merge(Overlay overlay) {
    overlay.forEachWrite((key, value) -> writes.put(key, value == null ? TOMBSTONE : value));
    overlay.forEachCode(codes::put);
  }

  /** Everything written, in no order. */
  public List<StateDelta.Entry> writes() {
    final List<StateDelta.Entry> entries = new ArrayList<>(writes.size());
    writes.forEach(
        (key, value) -> entries.add(new StateDelta.Entry(key, value == TOMBSTONE ? null : value)));
    return entries;
  }

  /** The wasm staged in the wave, in code hash order. */
  public NavigableMap<Hash32, byte[]> sortedCodes() {
    return codes;
  }
}
