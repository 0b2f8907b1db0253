package io.tidemill.server.query;

import io.tidemill.state.EventCursor;
import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of events over any span: a long span only makes more pages. */
public final class EventSearch {
  /**
   * A page.
   *
   * @param next where the next page begins, or null at the end
   */
  public record Page(List<EventRecords.Placed> events, @Nullable EventCursor next) {}

  /** Spans of {@link EventQuery#MAX_SPAN} waves that one page may search. */
  private static final int MAX_SPANS = 4;

  /** About the bytes of a page: large events make it shorter, whatever was asked for. */
  private static final int MAX_BYTES = 1 << 20;

  /** Rows that are read at once, for a page that may end before them. */
  private static final int ROWS = 64;

  /** Rows that one page may look at; of several contracts only some are wanted. */
  private static final int MAX_ROWS = 10_000;

  private final StateStore store;

  public EventSearch(StateStore store) {
    this.store = store;
  }

  /**
   * Events from {@code fromWave} to {@code toWave}, both inclusive, ascending, after {@code after}.
   *
   * @param contracts any of them, or empty for every contract
   */
  public Page page(
      long fromWave,
      long toWave,
      List<Hash32> contracts,
      List<List<Hash32>> topics,
      @Nullable EventCursor after,
      int limit) {
    final List<EventRecords.Placed> events = new ArrayList<>();
    EventCursor at = after;
    long from = after == null ? fromWave : Math.max(fromWave, after.wave());
    long bytes = 0;
    int rows = 0;
    int spans = 0;
    while (spans < MAX_SPANS && from <= toWave) {
      final long to = Math.min(toWave, from + EventQuery.MAX_SPAN - 1);
      final EventPage page =
          store.queryEvents(
              new EventQuery(
                  from,
                  to,
                  contracts.size() == 1 ? contracts.getFirst() : null,
                  topics,
                  at,
                  Math.min(ROWS, limit - events.size())));
      for (EventPage.Row row : page.rows()) {
        final EventRecords.Placed placed = EventRecords.decode(row);
        if (contracts.size() <= 1 || contracts.contains(placed.event().contract().raw())) {
          events.add(placed);
          bytes += row.bytes().length;
          if (events.size() == limit || bytes >= MAX_BYTES) {
            final boolean last = row.at().equals(page.rows().getLast().at()) && page.next() == null;
            return new Page(events, last && to == toWave ? null : placed.at());
          }
        }
      }
      rows += page.rows().size();
      if (page.next() != null) {
        at = page.next();
        from = at.wave();
        if (rows >= MAX_ROWS) {
          return new Page(events, at);
        }
      } else {
        // Everything up to the end of this span was seen.
        at = new EventCursor(to, -1, -1);
        from = to + 1;
        spans++;
      }
    }
    return new Page(events, from <= toWave ? at : null);
  }
}
