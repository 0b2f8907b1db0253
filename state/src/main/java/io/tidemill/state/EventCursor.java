package io.tidemill.state;

/**
 * The place of an event in the chain: where a page of events ended, and where the next one goes on.
 * Ordered as events are.
 */
public record EventCursor(long wave, int transactionIndex, int eventIndex)
    implements Comparable<EventCursor> {
  @Override
  public int compareTo(EventCursor other) {
    int order = Long.compareUnsigned(wave, other.wave);
    if (order == 0) {
      order = Integer.compareUnsigned(transactionIndex, other.transactionIndex);
    }
    return order != 0 ? order : Integer.compareUnsigned(eventIndex, other.eventIndex);
  }
}
