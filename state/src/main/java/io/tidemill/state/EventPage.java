package io.tidemill.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events in ascending order.
 *
 * @param next where the next page starts ({@link EventQuery#after}), or null when there is no more
 */
public record EventPage(List<Row> rows, @Nullable EventCursor next) {
  /** An event with its place; the bytes are the executor's event record. */
  public record Row(EventCursor at, byte[] bytes) {}
}
