package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Values of recently read and written keys.
 *
 * <p>An entry holds the newest value of its key and the wave that it was written or first seen in;
 * a snapshot of that wave or a later one may use it, an older one reads the database. A value read
 * from the database is put in only while the wave it was read at is the newest, under the lock that
 * a commit takes for the same key, so it can never hide a newer one. Lookups take no lock.
 *
 * <p>A key is in its slot or in the one beside, never in both with different values. A lookup that
 * races with a write may miss the key or see its older value, which is the one that holds at the
 * older wave that it must be about.
 */
final class ValueCache {
  private static final int STRIPES = 64;

  /** {@code key} without what is around it: a lookup waits for memory once less. */
  private record Entry(Hash32 key, byte @Nullable [] value, long wave) {}

  /** What {@link #find} returns on a miss; never a value. */
  static final byte[] MISS = new byte[0];

  private final @Nullable Entry[] table;
  private final int mask;
  private final Object[] stripes = new Object[STRIPES];
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private volatile long fillWave;

  /** Whether {@code found} is the marker of a miss: the object, not an empty value. */
  @SuppressWarnings("ReferenceEquality")
  static boolean isMiss(byte @Nullable [] found) {
    return found == MISS;
  }

  /** A cache of about {@code entries} values, empty, at {@code wave}; none when 0. */
  ValueCache(int entries, long wave) {
    final int size = entries == 0 ? 0 : Math.max(STRIPES, Integer.highestOneBit(entries));
    this.table = new @Nullable Entry[size];
    this.mask = size - 1;
    this.fillWave = wave;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Object();
    }
  }

  /** The value at {@code wave}, null when known to be absent, or {@link #MISS}. */
  byte @Nullable [] find(StateKey key, long wave) {
    if (mask < 0) {
      return MISS;
    }
    final int slot = key.hashCode() & mask;
    final Hash32 raw = key.raw();
    Entry entry = table[slot];
    if (entry == null || !entry.key().equals(raw)) {
      entry = table[slot ^ 1];
    }
    if (entry != null && entry.wave() <= wave && entry.key().equals(raw)) {
      hits.increment();
      return entry.value();
    }
    misses.increment();
    return MISS;
  }

  /** Lookups that found their value. */
  long hits() {
    return hits.sum();
  }

  /** Lookups that did not. */
  long misses() {
    return misses.sum();
  }

  /** Takes in what was read from the database at {@code wave}. */
  void fill(StateKey key, byte @Nullable [] value, long wave) {
    // Absence is not kept: an attacker could fill the cache with keys that do not exist.
    if (mask < 0 || value == null || fillWave != wave) {
      return;
    }
    final int slot = key.hashCode() & mask;
    synchronized (stripe(slot)) {
      if (fillWave == wave) {
        put(slot, new Entry(key.raw(), value, wave));
      }
    }
  }

  /** Begins {@code wave} and takes in all that it wrote; nothing read before it comes in later. */
  void write(StateDelta delta, long wave) {
    fillWave = wave;
    for (final StateDelta.Entry entry : delta) {
      write(entry.key(), entry.value(), wave);
    }
  }

  /** Takes in what {@code wave} wrote; null is a deletion. */
  void write(StateKey key, byte @Nullable [] value, long wave) {
    if (mask < 0) {
      return;
    }
    final int slot = key.hashCode() & mask;
    synchronized (stripe(slot)) {
      put(slot, new Entry(key.raw(), value, wave));
    }
  }

  private Object stripe(int slot) {
    return stripes[(slot >>> 1) % STRIPES];
  }

  /** Puts {@code entry} into its slot; another key there moves over and drops what was beside. */
  private void put(int slot, Entry entry) {
    final Entry held = table[slot];
    final Entry beside = table[slot ^ 1];
    if (held != null && !held.key().equals(entry.key())) {
      table[slot ^ 1] = held;
    } else if (beside != null && beside.key().equals(entry.key())) {
      table[slot ^ 1] = null;
    }
    table[slot] = entry;
  }
}
