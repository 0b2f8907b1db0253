package io.tidemill.state.rocks;

import io.tidemill.state.EventCursor;
import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/**
 * Event queries. The narrowest index is walked: the contract's, or those of the values of one topic
 * position merged, or the events themselves; each candidate is checked against the whole filter.
 * How many candidates one page may look at is bounded, so that a filter that matches nothing is
 * cheap.
 */
final class EventReader {
  /** Candidates per page; a page that reaches it is cut short and says where to go on. */
  private static final int MAX_EXAMINED = 20_000;

  private final Database database;
  private final Pin pin;

  EventReader(Database database, Pin pin) {
    this.database = database;
    this.pin = pin;
  }

  /** All events of {@code wave} in order. */
  List<byte[]> all(long wave) {
    final List<byte[]> events = new ArrayList<>();
    final byte[] from = Keys.wave(wave);
    try (RocksIterator iterator = pin.iterate(Family.EVENTS)) {
      for (iterator.seek(from);
          iterator.isValid() && Keys.samePrefix(iterator.key(), from, 8);
          iterator.next()) {
        events.add(EventRow.decode(iterator.value()).bytes());
      }
      database.check(Family.EVENTS, iterator);
    }
    return events;
  }

  EventPage query(EventQuery query) {
    final List<Source> sources = sources(query);
    try {
      return merge(query, sources);
    } finally {
      sources.forEach(source -> source.iterator.close());
    }
  }

  private EventPage merge(EventQuery query, List<Source> sources) {
    final List<EventPage.Row> rows = new ArrayList<>();
    byte[] last = new byte[0];
    int examined = 0;
    while (true) {
      final byte[] key = smallest(sources, last);
      if (key == null || Keys.wave(key, 0) > query.toWave()) {
        return new EventPage(rows, null);
      }
      if (rows.size() == query.limit() || examined == MAX_EXAMINED) {
        return new EventPage(rows, cursor(last));
      }
      final byte[] stored = database.get(Family.EVENTS, pin, key);
      if (stored != null) {
        final EventRow row = EventRow.decode(stored);
        if (query.matches(row.contract(), row.topics())) {
          rows.add(new EventPage.Row(cursor(key), row.bytes()));
        }
      }
      last = key;
      examined++;
    }
  }

  /** The smallest event key after {@code last} over all sources, or null at the end. */
  private static byte @Nullable [] smallest(List<Source> sources, byte[] last) {
    byte[] smallest = null;
    for (final Source source : sources) {
      byte[] key = source.key();
      while (key != null && Arrays.compareUnsigned(key, last) <= 0) {
        source.iterator.next();
        key = source.key();
      }
      if (key != null && (smallest == null || Arrays.compareUnsigned(key, smallest) < 0)) {
        smallest = key;
      }
    }
    return smallest;
  }

  private List<Source> sources(EventQuery query) {
    final byte[] from = start(query);
    final List<Source> sources = new ArrayList<>();
    if (query.contract() != null) {
      sources.add(new Source(Family.EVENTS_BY_CONTRACT, query.contract(), from));
      return sources;
    }
    for (final List<Hash32> values : query.topics()) {
      if (!values.isEmpty()) {
        for (final Hash32 value : values) {
          sources.add(new Source(Family.EVENTS_BY_TOPIC, value, from));
        }
        return sources;
      }
    }
    sources.add(new Source(Family.EVENTS, null, from));
    return sources;
  }

  /** The smallest event key that may be returned. */
  private static byte[] start(EventQuery query) {
    final EventCursor after = query.after();
    if (after == null || after.wave() < query.fromWave()) {
      return Keys.event(query.fromWave(), 0, 0);
    }
    final byte[] key = Keys.event(after.wave(), after.transactionIndex(), after.eventIndex());
    for (int i = key.length - 1; i >= 0 && ++key[i] == 0; i--) {}
    return key;
  }

  private static EventCursor cursor(byte[] key) {
    final ByteBuffer in = ByteBuffer.wrap(key);
    return new EventCursor(in.getLong(), in.getInt(), in.getInt());
  }

  /** A walk over event keys: of an index below one value, or of the events themselves. */
  private final class Source {
    final Family family;
    final byte[] prefix;
    final RocksIterator iterator;

    Source(Family family, @Nullable Hash32 value, byte[] from) {
      this.family = family;
      this.prefix = value == null ? new byte[0] : value.toBytes();
      this.iterator = pin.iterate(family);
      iterator.seek(value == null ? from : Keys.eventIndex(value, from));
    }

    byte @Nullable [] key() {
      if (!iterator.isValid()) {
        database.check(family, iterator);
        return null;
      }
      final byte[] key = iterator.key();
      return Keys.samePrefix(key, prefix, prefix.length)
          ? Arrays.copyOfRange(key, prefix.length, key.length)
          : null;
    }
  }
}
