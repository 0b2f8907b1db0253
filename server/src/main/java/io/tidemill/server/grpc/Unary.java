package io.tidemill.server.grpc;

import io.grpc.stub.StreamObserver;
import io.opentelemetry.context.Scope;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.TimedSpan;
import io.tidemill.server.wire.StatusMapper;
import java.util.function.Supplier;

/** Answers unary calls: the response, or the status of whatever went wrong. */
final class Unary {
  private final Telemetry telemetry;

  Unary(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  <T> void answer(String method, StreamObserver<T> call, Supplier<T> work) {
    final T response;
    try (TimedSpan span = telemetry.request(method)) {
      try (Scope _ = span.current()) {
        response = work.get();
      } catch (RuntimeException | Error failure) {
        final Refusal refusal = Refusal.from(failure);
        span.refused(refusal.reason().name());
        call.onError(StatusMapper.status(refusal));
        return;
      }
    }
    call.onNext(response);
    call.onCompleted();
  }
}
