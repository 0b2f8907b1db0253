package io.tidemill.state.rocks;

import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.DirtyWaves;
import java.util.function.Consumer;

/**
 * Writes dirty waves into the tables.
 *
 * <p>Most rows of a wave can be written ahead of the moment in which it becomes flushed, in pieces
 * of any size and more than once: tree nodes and what is replaced carry the wave's tree version,
 * undo rows, receipts and events its number, readers take them from memory until then, and a replay
 * makes the same rows again. That moment is the last batch, which has the flat values, the number
 * of the flushed wave, and the end of the log rows.
 */
final class Flush {
  /** The name of the flushed wave in the meta family. */
  static final byte[] FLUSHED_KEY = {'f', 'l', 'u', 's', 'h', 'e', 'd'};

  /** A piece is handed on when it has this many bytes: commits in between wait for a piece. */
  static final int PIECE = 4 << 20;

  private final DirtyWaves waves;
  private final FlatValues values;

  /** A flush of all of {@code waves}, on what {@code pin} sees. */
  Flush(DirtyWaves waves, Database database, Pin pin, ValueCache cache) {
    this.waves = waves;
    this.values = FlatValues.under(waves, database, pin, cache);
  }

  /**
   * Puts what may be written ahead into {@code batch}; {@code full} is called whenever that has
   * more than a piece, to write it and to clear it.
   */
  void ahead(Batch batch, Consumer<Batch> full) {
    for (final DirtyWave wave : waves) {
      final WaveBatch rows = new WaveBatch(batch, wave.wave());
      rows.artifacts(wave.receipts(), wave.events());
      handOn(batch, full);
      rows.undo(wave.delta(), values);
      handOn(batch, full);
      final var created = wave.update().created();
      final int step = 4_096;
      for (int from = 0; from < created.size(); from += step) {
        rows.nodes(created.subList(from, Math.min(created.size(), from + step)));
        handOn(batch, full);
      }
      rows.stale(wave.treeVersion(), wave.update().stale());
    }
  }

  private static void handOn(Batch batch, Consumer<Batch> full) {
    if (batch.size() > PIECE) {
      full.accept(batch);
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
