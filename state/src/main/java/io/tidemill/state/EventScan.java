package io.tidemill.state;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills one page with the events of waves that are in memory, given in order. */
public final class EventScan {
  private final EventQuery query;
  private final List<EventPage.Row> rows = new ArrayList<>();
  private boolean more;

  /** An empty page of {@code query}. */
  public EventScan(EventQuery query) {
    this.query = query;
  }

  /** Takes rows that come before everything else and are known to belong to the page. */
  public void addAll(List<EventPage.Row> before) {
    rows.addAll(before);
  }

  /** Takes what the query asks for of the events of {@code wave}. */
  public void add(long wave, List<WaveArtifacts.StoredEvent> events) {
    if (more || wave < query.fromWave() || wave > query.toWave()) {
      return;
    }
    final EventCursor after = query.after();
    for (final WaveArtifacts.StoredEvent event : events) {
      final EventCursor at = new EventCursor(wave, event.transactionIndex(), event.eventIndex());
      if ((after == null || at.compareTo(after) > 0)
          && query.matches(event.contract(), event.topics())) {
        if (rows.size() == query.limit()) {
          more = true;
          return;
        }
        rows.add(new EventPage.Row(at, event.bytes()));
      }
    }
  }

  /** The page. */
  public EventPage page() {
    final @Nullable EventCursor next = more ? rows.getLast().at() : null;
    return new EventPage(rows, next);
  }
}
