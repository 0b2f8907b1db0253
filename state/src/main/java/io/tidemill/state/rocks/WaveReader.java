package io.tidemill.state.rocks;

import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.EventScan;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.writeback.DirtyWave;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/** What is stored of waves beside the state, read at the pin of the head. */
final class WaveReader {
  private final Core core;

  WaveReader(Core core) {
    this.core = core;
  }

  byte @Nullable [] record(long wave) {
    return reading(
        (now, pin) -> {
          final WaveRow row = core.row(pin, wave);
          // The head keeps its record, even where a snapshot was restored: the next wave needs it.
          return row == null
                  || (wave < core.oldestAt(pin, Core.Oldest.RECORDS) && wave != core.peek().wave())
              ? null
              : row.record();
        });
  }

  /**
   * What the wave wrote: the value of each key is what a later wave overwrote, or what is there.
   */
  @Nullable StateDelta delta(long wave) {
    return reading(
        (now, pin) -> {
          if (wave <= Math.max(0, core.oldestAt(pin, Core.Oldest.STATE))) {
            return null;
          }
          final DirtyWave dirty = now.dirty().at(wave);
          if (dirty != null) {
            return dirty.delta();
          }
          final byte[] changed = core.database.get(Family.UNDO, pin, Keys.wave(wave));
          if (changed == null) {
            return null;
          }
          final byte[] unchanged = core.database.get(Family.UNDO, pin, Keys.unchanged(wave));
          final List<StateKey> keys = new ArrayList<>();
          addKeys(keys, changed);
          if (unchanged != null) {
            addKeys(keys, unchanged);
            keys.sort(null);
          }
          return StateDelta.ofSorted(valuesAfter(now, wave, keys));
        });
  }

  private static void addKeys(List<StateKey> keys, byte[] row) {
    for (int at = 0; at < row.length; at += Hash32.LENGTH) {
      keys.add(StateKey.at(row, at));
    }
  }

  private List<StateDelta.Entry> valuesAfter(Core.Current now, long wave, List<StateKey> keys) {
    final List<HistoryRow.Chain> chains = new ArrayList<>(keys.size());
    final List<byte[]> current = new ArrayList<>();
    try (RocksIterator iterator = now.pin().iterate(Family.HISTORY)) {
      for (final StateKey key : keys) {
        final HistoryRow.Chain chain =
            HistoryRow.chain(core.database, iterator, key, wave, now.dirty().base());
        chains.add(chain);
        if (chain.fromCurrent()) {
          current.add(key.raw().toBytes());
        }
      }
    }
    final Iterator<byte @Nullable []> values =
        core.database.getAll(Family.STATE, now.pin(), current).iterator();
    final List<StateDelta.Entry> entries = new ArrayList<>(keys.size());
    for (int i = 0; i < chains.size(); i++) {
      final HistoryRow.Chain chain = chains.get(i);
      entries.add(
          new StateDelta.Entry(
              keys.get(i), chain.value(chain.fromCurrent() ? values.next() : null)));
    }
    return entries;
  }

  <T> @Nullable T ofRow(long wave, Function<WaveRow, T> part) {
    return reading(
        (now, pin) -> {
          final WaveRow row = core.row(pin, wave);
          return row == null ? null : part.apply(row);
        });
  }

  @Nullable List<byte[]> receipts(long wave) {
    return reading(
        (now, pin) -> {
          final DirtyWave dirty = now.dirty().at(wave);
          if (dirty != null) {
            return dirty.receipts().stream().map(WaveArtifacts.StoredReceipt::bytes).toList();
          }
          if (core.row(pin, wave) == null || wave < core.oldestAt(pin, Core.Oldest.RECORDS)) {
            return null;
          }
          final List<byte[]> receipts = new ArrayList<>();
          final byte[] from = Keys.wave(wave);
          try (RocksIterator iterator = pin.iterate(Family.RECEIPTS)) {
            for (iterator.seek(from);
                iterator.isValid() && Keys.samePrefix(iterator.key(), from, 8);
                iterator.next()) {
              receipts.add(receiptBytes(iterator.value()));
            }
            core.database.check(Family.RECEIPTS, iterator);
          }
          return receipts;
        });
  }

  private static byte[] receiptBytes(byte[] row) {
    return Arrays.copyOfRange(row, 1 + Hash32.LENGTH, row.length);
  }

  @Nullable ReceiptLocation location(Hash32 transactionHash) {
    return reading(
        (now, pin) -> {
          final ReceiptLocation dirty = now.dirty().location(transactionHash);
          if (dirty != null) {
            return dirty;
          }
          final byte[] place =
              core.database.get(Family.RECEIPTS_BY_HASH, pin, transactionHash.toBytes());
          return place == null
              ? null
              : new ReceiptLocation(
                  ByteBuffer.wrap(place).getLong(), ByteBuffer.wrap(place).getInt(8));
        });
  }

  byte @Nullable [] receipt(ReceiptLocation location) {
    return reading(
        (now, pin) -> {
          final DirtyWave dirty = now.dirty().at(location.wave());
          if (dirty != null) {
            return location.index() < dirty.receipts().size()
                ? dirty.receipts().get(location.index()).bytes()
                : null;
          }
          final byte[] row =
              core.database.get(
                  Family.RECEIPTS, pin, Keys.receipt(location.wave(), location.index()));
          return row == null ? null : receiptBytes(row);
        });
  }

  @Nullable List<byte[]> events(long wave) {
    return reading(
        (now, pin) -> {
          final DirtyWave dirty = now.dirty().at(wave);
          if (dirty != null) {
            return dirty.events().stream().map(WaveArtifacts.StoredEvent::bytes).toList();
          }
          return core.row(pin, wave) == null || wave < core.oldestAt(pin, Core.Oldest.EVENTS)
              ? null
              : new EventReader(core.database, pin).all(wave);
        });
  }

  /** Events of flushed waves, and then those of dirty ones. */
  EventPage query(EventQuery query) {
    final EventPage page =
        reading(
            (now, pin) -> {
              final EventScan scan = new EventScan(query);
              if (query.fromWave() <= now.dirty().base()) {
                final EventPage flushed =
                    new EventReader(core.database, pin).query(query.upTo(now.dirty().base()));
                if (flushed.next() != null) {
                  return flushed;
                }
                scan.addAll(flushed.rows());
              }
              for (final DirtyWave wave : now.dirty()) {
                scan.add(wave.wave(), wave.events());
              }
              return scan.page();
            });
    return page == null ? new EventPage(List.of(), null) : page;
  }

  <T> @Nullable T reading(BiFunction<Core.Current, Pin, @Nullable T> read) {
    final Core.Current now = core.current();
    try {
      return read.apply(now, now.pin());
    } finally {
      now.pin().release();
    }
  }
}
