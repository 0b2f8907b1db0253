package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.query.EventTail;
import io.tidemill.state.EventCursor;
import org.jspecify.annotations.Nullable;

/** Committed events that match a filter, in order. Cursors are those of {@code pyde_getLogs}. */
final class EventSubscription implements Subscription {
  private final EventTail tail;

  private EventSubscription(EventTail tail) {
    this.tail = tail;
  }

  /**
   * A subscription that begins after the cursor in {@code filter}, or now.
   *
   * @throws Refusal if the filter or the cursor is none
   */
  static EventSubscription of(ChainReader reader, Params filter) {
    final EventCursor after = ChainMethods.after(filter);
    final long head = reader.position().head().wave();
    if (after != null && after.wave() > head) {
      throw Refusal.field(
          filter.path("after"),
          "names a wave that was undone; the head is " + head + ": begin at an earlier wave");
    }
    return new EventSubscription(
        new EventTail(
            reader,
            ChainMethods.contracts(filter.get("contracts")),
            ChainMethods.topics(filter.get("topics")),
            after));
  }

  @Override
  public String cursor() {
    return ChainMethods.cursor(tail.after()).textValue();
  }

  @Override
  public @Nullable ObjectNode next() {
    return switch (tail.next()) {
      case null -> null;
      case EventTail.Item.Found(EventRecords.Placed placed) -> {
        final EventCursor at = placed.at();
        final ObjectNode item = item("event");
        item.set(
            "event",
            JsonViews.event(placed.event(), at.wave(), at.transactionIndex(), at.eventIndex()));
        yield item;
      }
      case EventTail.Item.CaughtUp(long wave) -> item("caught_up").put("to_wave", wave);
      case EventTail.Item.Gap(long wave) -> item("gap").put("up_to_wave", wave);
    };
  }

  private ObjectNode item(String kind) {
    return Subscription.item(kind).put("cursor", cursor());
  }

  @Override
  public ObjectNode unwind(long wave) {
    tail.unwind(wave);
    return item("unwound").put("to_wave", wave);
  }
}
