package io.tidemill.state.writeback;

import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dirty waves on top of a flushed one, without a gap. Immutable: a commit and a flush make new
 * stacks.
 */
public final class DirtyWaves implements Iterable<DirtyWave> {
  private final long base;

  /** Ascending: the wave after the base first. */
  private final DirtyWave[] waves;

  private final long keys;
  private final long bytes;

  private DirtyWaves(long base, DirtyWave[] waves) {
    this.base = base;
    this.waves = waves;
    long keySum = 0;
    long byteSum = 0;
    for (final DirtyWave wave : waves) {
      keySum += wave.delta().size();
      byteSum += wave.bytes();
    }
    this.keys = keySum;
    this.bytes = byteSum;
  }

  /** No dirty waves above the flushed wave {@code base}; -1 before the genesis. */
  public static DirtyWaves above(long base) {
    return new DirtyWaves(base, new DirtyWave[0]);
  }

  /** This with {@code next} on top, which must be the next wave. */
  public DirtyWaves with(DirtyWave next) {
    if (next.wave() != base + waves.length + 1) {
      throw new IllegalArgumentException(
          "wave " + next.wave() + " does not follow " + waves.length + " waves above " + base);
    }
    final DirtyWave[] more = Arrays.copyOf(waves, waves.length + 1);
    more[waves.length] = next;
    return new DirtyWaves(base, more);
  }

  /** What is left of this when the waves up to {@code flushed} are Clean. */
  public DirtyWaves flushedTo(long flushed) {
    if (flushed < base || flushed > base + waves.length) {
      return above(flushed);
    }
    return flushed == base
        ? this
        : new DirtyWaves(flushed, Arrays.copyOfRange(waves, (int) (flushed - base), waves.length));
  }

  /** The newest flushed wave. */
  public long base() {
    return base;
  }

  /** The number of dirty waves. */
  public int size() {
    return waves.length;
  }

  /** Whether everything is flushed. */
  public boolean isEmpty() {
    return waves.length == 0;
  }

  /** The values that they wrote, counted once for each wave. */
  public long keys() {
    return keys;
  }

  /** About what they take in memory. */
  public long bytes() {
    return bytes;
  }

  /** The dirty wave with this number, or null. */
  public @Nullable DirtyWave at(long wave) {
    return wave > base && wave <= base + waves.length ? waves[(int) (wave - base) - 1] : null;
  }

  /**
   * What was last written under {@code key} up to {@code wave}; null when no dirty wave up to it
   * wrote there, a deletion is an entry without a value.
   */
  public StateDelta.@Nullable Entry find(StateKey key, long wave) {
    if (waves.length == 0) {
      return null;
    }
    final int hash = key.hashCode();
    for (int i = (int) Math.min(waves.length, wave - base) - 1; i >= 0; i--) {
      final StateDelta.Entry entry = waves[i].find(key, hash);
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  /** The node that a dirty wave created under {@code key}, or null. */
  public @Nullable Node node(NodeKey key) {
    for (int i = waves.length - 1; i >= 0; i--) {
      if (waves[i].treeVersion() == key.version()) {
        return waves[i].node(key);
      }
    }
    return null;
  }

  /** Where a dirty wave holds the receipt that the hash index points to, or null. */
  public @Nullable ReceiptLocation location(Hash32 transactionHash) {
    for (int i = waves.length - 1; i >= 0; i--) {
      final ReceiptLocation location = waves[i].location(transactionHash);
      if (location != null) {
        return location;
      }
    }
    return null;
  }

  @Override
  public Iterator<DirtyWave> iterator() {
    return List.of(waves).iterator();
  }
}
