package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.NodeKey;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the parts of a wave into a batch, in the layouts of {@link Family}. */
final class WaveBatch {
  private final Batch batch;
  private final long wave;

  WaveBatch(Batch batch, long wave) {
    this.batch = batch;
    this.wave = wave;
  }

  /** The new values, what they overwrite, and the list of keys for undoing the wave. */
  void state(StateDelta delta, List<byte @Nullable []> before) {
    final byte[] undo = new byte[delta.size() * Hash32.LENGTH];
    for (int i = 0; i < delta.size(); i++) {
      final StateDelta.Entry entry = delta.get(i);
      final byte[] key = entry.key().raw().toBytes();
      final byte[] value = entry.value();
      if (value == null) {
        batch.delete(Family.STATE, key);
      } else {
        batch.put(Family.STATE, key, value);
      }
      // Nothing is older than the genesis, so nobody can ask for what it overwrote.
      if (wave > 0) {
        batch.put(
            Family.HISTORY, Keys.history(entry.key(), wave), RocksSnapshot.tag(before.get(i)));
        System.arraycopy(key, 0, undo, i * Hash32.LENGTH, Hash32.LENGTH);
      }
    }
    if (wave > 0) {
      batch.put(Family.UNDO, Keys.wave(wave), undo);
    }
  }

  /** The keys that were written as they were: with the changed ones, all that the wave wrote. */
  void unchanged(List<StateKey> keys) {
    if (keys.isEmpty() || wave == 0) {
      return;
    }
    final byte[] row = new byte[keys.size() * Hash32.LENGTH];
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).raw().writeTo(row, i * Hash32.LENGTH);
    }
    batch.put(Family.UNDO, Keys.unchanged(wave), row);
  }

  /** The nodes that the tree no longer needs once everything older is pruned. */
  void stale(long treeVersion, List<NodeKey> stale) {
    if (stale.isEmpty()) {
      return;
    }
    int length = 0;
    for (final NodeKey key : stale) {
      length += NodeKey.encodedLength(key.depth());
    }
    final byte[] bytes = new byte[length];
    int at = 0;
    for (final NodeKey key : stale) {
      at += key.encodeTo(bytes, at);
    }
    batch.put(Family.STALE, Keys.wave(treeVersion), bytes);
  }

  void artifacts(WaveArtifacts artifacts) {
    for (final WaveArtifacts.StoredCode code : artifacts.codes()) {
      batch.put(Family.CODE, code.codeHash().toBytes(), code.wasm());
    }
    for (int i = 0; i < artifacts.receipts().size(); i++) {
      final WaveArtifacts.StoredReceipt receipt = artifacts.receipts().get(i);
      final byte[] key = Keys.receipt(wave, i);
      final byte[] row = new byte[1 + Hash32.LENGTH + receipt.bytes().length];
      row[0] = (byte) (receipt.indexHash() ? 1 : 0);
      receipt.transactionHash().writeTo(row, 1);
      System.arraycopy(receipt.bytes(), 0, row, 1 + Hash32.LENGTH, receipt.bytes().length);
      batch.put(Family.RECEIPTS, key, row);
      if (receipt.indexHash()) {
        batch.put(Family.RECEIPTS_BY_HASH, receipt.transactionHash().toBytes(), key);
      }
    }
    for (final WaveArtifacts.StoredEvent event : artifacts.events()) {
      event(event);
    }
  }

  private void event(WaveArtifacts.StoredEvent event) {
    final byte[] key = Keys.event(wave, event.transactionIndex(), event.eventIndex());
    final byte[] empty = new byte[0];
    batch.put(Family.EVENTS, key, EventRow.encode(event));
    batch.put(Family.EVENTS_BY_CONTRACT, Keys.eventIndex(event.contract(), key), empty);
    for (final Hash32 topic : event.topics()) {
      batch.put(Family.EVENTS_BY_TOPIC, Keys.eventIndex(topic, key), empty);
    }
  }

  void row(WaveRow row) {
    batch.put(Family.WAVES, Keys.wave(wave), row.encode());
  }

  /** Takes out the receipts of the wave and what points to them. */
  static void deleteReceipts(Batch batch, Database database, Pin pin, long wave) {
    final byte[] from = Keys.wave(wave);
    try (var iterator = pin.iterate(Family.RECEIPTS)) {
      for (iterator.seek(from);
          iterator.isValid() && Keys.samePrefix(iterator.key(), from, 8);
          iterator.next()) {
        final byte[] row = iterator.value();
        if (row[0] == 1) {
          final byte[] hash = Hash32.at(row, 1).toBytes();
          final byte[] points = database.get(Family.RECEIPTS_BY_HASH, pin, hash);
          if (java.util.Arrays.equals(points, iterator.key())) {
            batch.delete(Family.RECEIPTS_BY_HASH, hash);
          }
        }
        batch.delete(Family.RECEIPTS, iterator.key());
      }
      database.check(Family.RECEIPTS, iterator);
    }
  }

  /** Takes out the events of the wave and their index rows. */
  static void deleteEvents(Batch batch, Database database, Pin pin, long wave) {
    final byte[] from = Keys.wave(wave);
    try (var iterator = pin.iterate(Family.EVENTS)) {
      for (iterator.seek(from);
          iterator.isValid() && Keys.samePrefix(iterator.key(), from, 8);
          iterator.next()) {
        final byte[] key = iterator.key();
        final EventRow row = EventRow.decode(iterator.value());
        batch.delete(Family.EVENTS, key);
        batch.delete(Family.EVENTS_BY_CONTRACT, Keys.eventIndex(row.contract(), key));
        for (final Hash32 topic : row.topics()) {
          batch.delete(Family.EVENTS_BY_TOPIC, Keys.eventIndex(topic, key));
        }
      }
      database.check(Family.EVENTS, iterator);
    }
  }

  /** Takes out the rows of what the wave overwrote. */
  static void deleteHistory(Batch batch, long wave, byte[] undo) {
    for (int at = 0; at < undo.length; at += Hash32.LENGTH) {
      final byte[] key = new byte[Hash32.LENGTH + 8];
      System.arraycopy(undo, at, key, 0, Hash32.LENGTH);
      ByteBuffer.wrap(key).putLong(Hash32.LENGTH, wave);
      batch.delete(Family.HISTORY, key);
    }
    batch.delete(Family.UNDO, Keys.wave(wave));
    batch.delete(Family.UNDO, Keys.unchanged(wave));
  }
}
