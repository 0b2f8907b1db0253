package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.writeback.ValuePatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * Rows of {@link Family#HISTORY}: what a wave overwrote under a key.
 *
 * <pre>
 * 00          nothing
 * 01 | value  the value
 * 02 | patch  the value as a ValuePatch on the one that the wave wrote there
 * </pre>
 *
 * What a wave wrote is in turn what the next row of the key says, or the current value. So pruning,
 * which takes the oldest rows of a key away, and rollback, which takes the newest with the values
 * above them, leave rows that still can be read. The writer keeps one row of sixteen whole, and
 * nobody outside knows which, so that reading far back stays short.
 */
final class HistoryRow {
  private static final byte NOTHING = 0;
  private static final byte WHOLE = 1;
  private static final byte PATCH = 2;

  private HistoryRow() {}

  /** Whether the row is one of the sixteenth that is whole. */
  static boolean isWhole(StateKey key, long wave, long secret) {
    final Hash32 raw = key.raw();
    long mixed = secret + wave * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32) ^ raw.w0() ^ raw.w1()) * 0xD6E8FEB86659FD93L;
    mixed = (mixed ^ (mixed >>> 32) ^ raw.w2() ^ raw.w3()) * 0x9E3779B97F4A7C15L;
    return (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L >>> 60 == 0;
  }

  /** The row of what was overwritten, by its patch on what was written; whole without one. */
  static byte[] encode(byte @Nullable [] before, @Nullable ValuePatch patch) {
    if (before == null || patch == null) {
      return tag(before);
    }
    final byte[] row = new byte[1 + patch.encodedLength(before)];
    row[0] = PATCH;
    patch.put(ByteBuffer.wrap(row, 1, row.length - 1), before);
    return row;
  }

  /** A value that stands for itself: 00 (absent), or 01 and the value. */
  static byte[] tag(byte @Nullable [] value) {
    if (value == null) {
      return new byte[] {NOTHING};
    }
    final byte[] tagged = new byte[1 + value.length];
    tagged[0] = WHOLE;
    System.arraycopy(value, 0, tagged, 1, value.length);
    return tagged;
  }

  /** What {@link #tag} wrote. */
  static byte @Nullable [] untag(byte[] tagged) {
    return tagged[0] == NOTHING ? null : Arrays.copyOfRange(tagged, 1, tagged.length);
  }

  /** What was overwritten, where {@code after} is what was written. */
  static byte @Nullable [] decode(byte[] row, byte @Nullable [] after) {
    if (row[0] != PATCH) {
      return untag(row);
    }
    try {
      return ValuePatch.apply(ByteBuffer.wrap(row, 1, row.length - 1), after);
    } catch (IllegalArgumentException e) {
      throw new StateException("a row of the history is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * The rows that tell what was under a key, the oldest first.
   *
   * @param fromCurrent whether they lead up to the current value; otherwise the last is whole
   */
  record Chain(List<byte[]> rows, boolean fromCurrent) {
    /** The value; {@code current} is the current one, which matters only if they lead up to it. */
    byte @Nullable [] value(byte @Nullable [] current) {
      byte @Nullable [] value = current;
      for (int i = rows.size() - 1; i >= 0; i--) {
        value = decode(rows.get(i), value);
      }
      return value;
    }
  }

  /**
   * The rows that tell what was under {@code key} after {@code wave}.
   *
   * @param flushed the newest wave that is in the tables; rows of later ones are not read
   */
  static Chain chain(
      Database database, RocksIterator iterator, StateKey key, long wave, long flushed) {
    final byte[] from = Keys.history(key, wave + 1);
    final List<byte[]> rows = new ArrayList<>(1);
    for (iterator.seek(from); iterator.isValid(); iterator.next()) {
      final byte[] at = iterator.key();
      if (!Keys.samePrefix(at, from, Hash32.LENGTH) || Keys.wave(at, Hash32.LENGTH) > flushed) {
        return new Chain(rows, true);
      }
      final byte[] row = iterator.value();
      rows.add(row);
      if (row[0] != PATCH) {
        return new Chain(rows, false);
      }
    }
    database.check(Family.HISTORY, iterator);
    return new Chain(rows, true);
  }
}
