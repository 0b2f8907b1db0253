package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.DirtyWaves;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values under the keys that dirty waves wrote, from the flushed state on: they follow the
 * waves one by one, and what changed on the way is written at the end, once. Confined to one
 * thread.
 */
final class FlatValues {
  /** Keys that one multi-get asks for. */
  private static final int READ = 8_192;

  private static final class Slot {
    byte @Nullable [] value;
    boolean changed;
  }

  private final Map<StateKey, Slot> slots;

  /** The written keys in ascending order. */
  private final List<StateKey> keys;

  private FlatValues(Map<StateKey, Slot> slots, List<StateKey> keys) {
    this.slots = slots;
    this.keys = keys;
  }

  /** The values at the flushed wave under {@code waves}, which is what {@code pin} sees. */
  static FlatValues under(DirtyWaves waves, Database database, Pin pin, ValueCache cache) {
    final Map<StateKey, Slot> slots = HashMap.newHashMap((int) waves.keys());
    for (final DirtyWave wave : waves) {
      for (final StateDelta.Entry entry : wave.delta()) {
        slots.computeIfAbsent(entry.key(), key -> new Slot());
      }
    }
    final List<StateKey> keys = new ArrayList<>(slots.keySet());
    Collections.sort(keys);
    final List<Slot> missing = new ArrayList<>();
    final List<byte[]> raw = new ArrayList<>();
    final FlatValues values = new FlatValues(slots, keys);
    for (final StateKey key : keys) {
      final byte[] cached = cache.find(key, waves.base());
      if (ValueCache.isMiss(cached)) {
        missing.add(values.slot(key));
        raw.add(key.raw().toBytes());
      } else {
        values.slot(key).value = cached;
      }
    }
    for (int from = 0; from < raw.size(); from += READ) {
      final int to = Math.min(raw.size(), from + READ);
      final List<byte @Nullable []> found =
          database.getAll(Family.STATE, pin, raw.subList(from, to));
      for (int i = from; i < to; i++) {
        missing.get(i).value = found.get(i - from);
      }
    }
    return values;
  }

  /** The value under {@code key}, null where absent. */
  byte @Nullable [] get(StateKey key) {
    return slot(key).value;
  }

  /** Sets the value under {@code key} to another one. */
  void set(StateKey key, byte @Nullable [] value) {
    final Slot slot = slot(key);
    slot.value = value;
    slot.changed = true;
  }

  private Slot slot(StateKey key) {
    final Slot slot = slots.get(key);
    if (slot == null) {
      throw new IllegalArgumentException("no dirty wave wrote key " + key);
    }
    return slot;
  }

  /** Puts what changed into {@code batch}. */
  void into(Batch batch) {
    for (final StateKey key : keys) {
      final Slot slot = slot(key);
      if (slot.changed) {
        put(batch, key, slot.value);
      }
    }
  }

  /** A flat value, or its deletion. */
  static void put(Batch batch, StateKey key, byte @Nullable [] value) {
    if (value == null) {
      batch.delete(Family.STATE, key.raw().toBytes());
    } else {
      batch.put(Family.STATE, key.raw().toBytes(), value);
    }
  }
}
