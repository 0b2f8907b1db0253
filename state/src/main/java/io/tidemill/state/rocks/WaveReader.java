package io.tidemill.state.rocks;

import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    return wave < core.oldest(Core.Oldest.RECORDS) ? null : ofRow(wave, WaveRow::record);
  }

  <T> @Nullable T ofRow(long wave, Function<WaveRow, T> part) {
    return reading(
        pin -> {
          final WaveRow row = core.row(pin, wave);
          return row == null ? null : part.apply(row);
        });
  }

  @Nullable List<byte[]> receipts(long wave) {
    return reading(
        pin -> {
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
        pin -> {
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
        pin -> {
          final byte[] row =
              core.database.get(
                  Family.RECEIPTS, pin, Keys.receipt(location.wave(), location.index()));
          return row == null ? null : receiptBytes(row);
        });
  }

  @Nullable List<byte[]> events(long wave) {
    return reading(
        pin ->
            core.row(pin, wave) == null || wave < core.oldestAt(pin, Core.Oldest.EVENTS)
                ? null
                : new EventReader(core.database, pin).all(wave));
  }

  EventPage query(EventQuery query) {
    final EventPage page = reading(pin -> new EventReader(core.database, pin).query(query));
    return page == null ? new EventPage(List.of(), null) : page;
  }

  <T> @Nullable T reading(Function<Pin, @Nullable T> read) {
    final Core.Current now = core.current();
    try {
      return read.apply(now.pin());
    } finally {
      now.pin().release();
    }
  }
}
