package io.tidemill.state.rocks;

import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.DirtyWaves;
import java.security.SecureRandom;

/**
 * Writes dirty waves into the tables.
 *
 * <p>Most rows of a wave can be written ahead of the moment in which it becomes flushed, in pieces
 * of any size and more than once: tree nodes and what is replaced carry the wave's tree version,
 * undo rows, receipts and events its number, readers take them from memory until then, and a replay
 * makes the same rows again. That moment is the last batch, which has the flat values, the number
 * of the flushed wave, and the end of the log rows; it is written once all others are on disk.
 */
final class Flush {
  /** The name of the flushed wave in the meta family. */
  static final byte[] FLUSHED_KEY = {'f', 'l', 'u', 's', 'h', 'e', 'd'};

  /** Which rows of the history are whole; another one in every process, known to nobody. */
  private static final long SECRET = new SecureRandom().nextLong();

  private final DirtyWaves waves;
  private final FlatValues values;

  /** A flush of all of {@code waves}, on what {@code pin} sees. */
  Flush(DirtyWaves waves, Database database, Pin pin, ValueCache cache) {
    this.waves = waves;
    this.values = FlatValues.under(waves, database, pin, cache);
  }

  /** Puts what may be written ahead into {@code batch}, which may hand it on in pieces. */
  void ahead(Batch batch) {
    int index = 0;
    for (final DirtyWave wave : waves) {
      final WaveBatch rows = new WaveBatch(batch, wave.wave());
      rows.artifacts(wave.receipts(), wave.events());
      rows.undo(wave, values.of(index++), SECRET);
      rows.nodes(wave.update().created());
      rows.stale(wave.treeVersion(), wave.update().stale());
    }
  }

  /** Puts what makes the waves flushed into {@code batch}. */
  void last(Batch batch) {
    values.into(batch);
    batch.put(Family.META, FLUSHED_KEY, Keys.wave(target()));
    for (final DirtyWave wave : waves) {
      batch.delete(Family.WAVE_LOG, Keys.wave(wave.wave()));
    }
  }

  /** The newest of the waves. */
  long target() {
    return waves.base() + waves.size();
  }
}
