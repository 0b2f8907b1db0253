package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.TreeUpdate;
import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.ValuePatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  /**
   * What the wave overwrote, and the lists of keys for undoing it: those that it changed, and those
   * that it wrote as they were; together all that it wrote. Afterwards {@code slots}, those of the
   * entries of the delta, have the values after the wave.
   *
   * @param secret decides which rows of the history are whole
   */
  void undo(DirtyWave dirty, FlatValues.Slot[] slots, long secret) {
    final StateDelta delta = dirty.delta();
    final byte[] changed = new byte[delta.size() * Hash32.LENGTH];
    final byte[] unchanged = new byte[delta.size() * Hash32.LENGTH];
    int changedLength = 0;
    int unchangedLength = 0;
    for (int i = 0; i < slots.length; i++) {
      final StateKey key = delta.get(i).key();
      final byte[] after = delta.get(i).value();
      final byte[] before = slots[i].get();
      final ValuePatch patch = dirty.patch(i);
      if (isSame(before, after, patch)) {
        key.raw().writeTo(unchanged, unchangedLength);
        unchangedLength += Hash32.LENGTH;
        continue;
      }
      key.raw().writeTo(changed, changedLength);
      changedLength += Hash32.LENGTH;
      slots[i].set(after);
      // Nothing is older than the genesis, so nobody can ask for what it overwrote.
      if (wave > 0) {
        final boolean whole = HistoryRow.isWhole(key, wave, secret);
        batch.put(
            Family.HISTORY,
            Keys.history(key, wave),
            whole
                ? HistoryRow.tag(before)
                : HistoryRow.encode(
                    before, patch == null ? ValuePatch.between(after, before) : patch));
      }
    }
    if (wave > 0) {
      batch.put(Family.UNDO, Keys.wave(wave), Arrays.copyOf(changed, changedLength));
      if (unchangedLength > 0) {
        batch.put(Family.UNDO, Keys.unchanged(wave), Arrays.copyOf(unchanged, unchangedLength));
      }
    }
  }

  /** Whether the value was written as it was; who compared them already need not again. */
  private static boolean isSame(
      byte @Nullable [] before, byte @Nullable [] after, @Nullable ValuePatch patch) {
    return patch == null || before == null || after == null
        ? Arrays.equals(before, after)
        : patch.changesNothing(before, after);
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

  /** New nodes, encoded straight into the batch. */
  void nodes(List<TreeUpdate.Created> created) {
    for (final TreeUpdate.Created item : created) {
      final int keyLength = NodeKey.encodedLength(item.key().depth());
      final int valueLength = item.node().encodedLength();
      batch.startPut(Family.JMT, keyLength, valueLength);
      batch.length(keyLength);
      batch.skip(item.key().encodeTo(batch.array(), batch.at()));
      batch.length(valueLength);
      batch.skip(item.node().encodeTo(batch.array(), batch.at()));
    }
  }

  /** New modules. */
  static void codes(Batch batch, List<WaveArtifacts.StoredCode> codes) {
    for (final WaveArtifacts.StoredCode code : codes) {
      batch.put(Family.CODE, code.codeHash().toBytes(), code.wasm());
    }
  }

  /** Receipts and events with their indexes. */
  void artifacts(
      List<WaveArtifacts.StoredReceipt> receipts, List<WaveArtifacts.StoredEvent> events) {
    for (int i = 0; i < receipts.size(); i++) {
      final WaveArtifacts.StoredReceipt receipt = receipts.get(i);
      final byte[] key = Keys.receipt(wave, i);
      final int length = 1 + Hash32.LENGTH + receipt.bytes().length;
      batch.startPut(Family.RECEIPTS, key.length, length);
      batch.key(key);
      batch.length(length);
      final byte[] row = batch.array();
      final int at = batch.at();
      row[at] = (byte) (receipt.indexHash() ? 1 : 0);
      receipt.transactionHash().writeTo(row, at + 1);
      System.arraycopy(receipt.bytes(), 0, row, at + 1 + Hash32.LENGTH, receipt.bytes().length);
      batch.skip(length);
      if (receipt.indexHash()) {
        batch.put(Family.RECEIPTS_BY_HASH, receipt.transactionHash().toBytes(), key);
      }
    }
    events.forEach(this::event);
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
          if (Arrays.equals(points, iterator.key())) {
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
