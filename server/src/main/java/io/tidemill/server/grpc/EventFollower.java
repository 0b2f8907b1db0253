package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.query.EventTail;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.v1.SubscribeEventsRequest;
import io.tidemill.v1.SubscribeEventsResponse;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Sends committed events in order, from a cursor on. */
final class EventFollower extends Follower<SubscribeEventsResponse> {
  private final EventTail tail;

  EventFollower(
      ChainReader reader,
      SubscribeEventsRequest request,
      ServerCallStreamObserver<SubscribeEventsResponse> call,
      Executor executor) {
    super(call, executor);
    final StateCodec.Filter filter = StateCodec.filter(request.getFilter());
    this.tail =
        new EventTail(
            reader,
            filter.contracts(),
            filter.topics(),
            request.hasAfter() ? StateCodec.cursor(request.getAfter()) : null);
  }

  @Override
  @Nullable SubscribeEventsResponse next() {
    return switch (tail.next()) {
      case null -> null;
      case EventTail.Item.Found(EventRecords.Placed placed) ->
          SubscribeEventsResponse.newBuilder()
              .setEvent(
                  AnswerCodec.event(
                      placed.event(),
                      placed.at().wave(),
                      placed.at().transactionIndex(),
                      placed.at().eventIndex()))
              .build();
      case EventTail.Item.CaughtUp(long wave) ->
          SubscribeEventsResponse.newBuilder().setCaughtUpToWave(wave).build();
      case EventTail.Item.Gap(long wave) ->
          SubscribeEventsResponse.newBuilder().setGapUpToWave(wave).build();
    };
  }

  @Override
  SubscribeEventsResponse unwind(long wave) {
    tail.unwind(wave);
    return SubscribeEventsResponse.newBuilder().setUnwoundToWave(wave).build();
  }
}
