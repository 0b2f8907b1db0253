package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.query.EventSearch;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.state.EventCursor;
import io.tidemill.v1.SubscribeEventsRequest;
import io.tidemill.v1.SubscribeEventsResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Sends committed events in order, from a cursor on; one small page at a time is in memory. */
final class EventFollower extends Follower<SubscribeEventsResponse> {
  private static final int PAGE = 64;

  private final ChainReader reader;
  private final EventSearch search;
  private final StateCodec.Filter filter;
  private final Deque<EventRecords.Placed> page = new ArrayDeque<>();
  private EventCursor after;
  private long saidUpTo;
  private boolean checkedGap;

  EventFollower(
      ChainReader reader,
      EventSearch search,
      SubscribeEventsRequest request,
      ServerCallStreamObserver<SubscribeEventsResponse> call,
      Executor executor) {
    super(call, executor);
    this.reader = reader;
    this.search = search;
    this.filter = StateCodec.filter(request.getFilter());
    final long head = reader.position().head().wave();
    this.after =
        request.hasAfter() ? StateCodec.cursor(request.getAfter()) : new EventCursor(head, -1, -1);
    this.saidUpTo = request.hasAfter() ? -1 : head;
    this.checkedGap = !request.hasAfter();
  }

  @Override
  @Nullable SubscribeEventsResponse next() {
    if (!checkedGap) {
      checkedGap = true;
      final long oldest = reader.store().oldestWave();
      if (after.wave() + 1 < oldest) {
        after = new EventCursor(oldest - 1, -1, -1);
        return SubscribeEventsResponse.newBuilder().setGapUpToWave(oldest - 1).build();
      }
    }
    final long head = reader.position().head().wave();
    while (page.isEmpty() && Long.compare(after.wave(), head) <= 0) {
      final EventSearch.Page found =
          search.page(
              Math.max(0, after.wave()), head, filter.contracts(), filter.topics(), after, PAGE);
      page.addAll(found.events());
      if (found.next() == null) {
        if (page.isEmpty()) {
          after = new EventCursor(head, -1, -1);
        }
        break;
      }
      if (page.isEmpty()) {
        after = found.next();
      }
    }
    final EventRecords.Placed placed = page.poll();
    if (placed != null) {
      after = placed.at();
      return SubscribeEventsResponse.newBuilder()
          .setEvent(
              AnswerCodec.event(
                  placed.event(),
                  placed.at().wave(),
                  placed.at().transactionIndex(),
                  placed.at().eventIndex()))
          .build();
    }
    if (head > saidUpTo) {
      saidUpTo = head;
      return SubscribeEventsResponse.newBuilder().setCaughtUpToWave(head).build();
    }
    return null;
  }

  @Override
  SubscribeEventsResponse unwind(long wave) {
    page.clear();
    if (after.wave() > wave) {
      after = new EventCursor(wave, -1, -1);
    }
    saidUpTo = Math.min(saidUpTo, wave);
    return SubscribeEventsResponse.newBuilder().setUnwoundToWave(wave).build();
  }
}
