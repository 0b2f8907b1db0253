package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.writeback.DirtyWaves;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values under the keys that dirty waves wrote, from the flushed state on: they follow the
 * waves one by one, and what changed on the way is written at the end, once. Confined to one
 * thread.
 */
final class FlatValues {
  /** Keys that one multi-get asks for. */
  private static final int READ = 8_192;

  /** What is under one key. */
  static final class Slot {
    private final StateKey key;
    private byte @Nullable [] value;
    private boolean changed;

    private Slot(StateKey key) {
      this.key = key;
    }

    /** The value, null where absent. */
    byte @Nullable [] get() {
      return value;
    }

    /** Sets another value. */
    void set(byte @Nullable [] after) {
      value = after;
      changed = true;
    }
  }

  /** In ascending order of the keys. */
  private final List<Slot> slots = new ArrayList<>();

  /** For each wave the slots of its entries. */
  private final Slot[][] byEntry;

  private FlatValues(DirtyWaves waves) {
    final List<StateDelta> deltas = new ArrayList<>();
    waves.forEach(wave -> deltas.add(wave.delta()));
    byEntry = new Slot[deltas.size()][];
    for (int i = 0; i < byEntry.length; i++) {
      byEntry[i] = new Slot[deltas.get(i).size()];
    }
    merge(deltas);
  }

  /**
   * Gives all entries of one key one slot. The deltas are sorted, so they are walked side by side:
   * looking the keys up would wait for memory at each.
   */
  private void merge(List<StateDelta> deltas) {
    final int[] at = new int[byEntry.length];
    while (true) {
      StateKey least = null;
      for (int i = 0; i < at.length; i++) {
        if (at[i] < byEntry[i].length) {
          final StateKey key = deltas.get(i).get(at[i]).key();
          least = least == null || key.compareTo(least) < 0 ? key : least;
        }
      }
      if (least == null) {
        return;
      }
      final Slot slot = new Slot(least);
      slots.add(slot);
      for (int i = 0; i < at.length; i++) {
        if (at[i] < byEntry[i].length && deltas.get(i).get(at[i]).key().equals(least)) {
          byEntry[i][at[i]++] = slot;
        }
      }
    }
  }

  /** The values at the flushed wave under {@code waves}, which is what {@code pin} sees. */
  static FlatValues under(DirtyWaves waves, Database database, Pin pin, ValueCache cache) {
    final FlatValues values = new FlatValues(waves);
    final List<Slot> missing = new ArrayList<>();
    final List<byte[]> raw = new ArrayList<>();
    for (final Slot slot : values.slots) {
      final byte[] cached = cache.find(slot.key, waves.base());
      if (ValueCache.isMiss(cached)) {
        missing.add(slot);
        raw.add(slot.key.raw().toBytes());
      } else {
        slot.value = cached;
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

  /** The slots of the entries of wave {@code index} of those that are dirty, in their order. */
  Slot[] of(int index) {
    return byEntry[index];
  }

  /** Puts what changed into {@code batch}. */
  void into(Batch batch) {
    for (final Slot slot : slots) {
      if (slot.changed) {
        put(batch, slot.key, slot.value);
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
