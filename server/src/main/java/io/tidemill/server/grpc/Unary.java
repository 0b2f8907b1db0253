package io.tidemill.server.grpc;

import io.grpc.stub.StreamObserver;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.wire.StatusMapper;
import java.util.function.Supplier;

/** Answers unary calls: the response, or the status of whatever went wrong. */
final class Unary {
  private final Telemetry telemetry;

  Unary(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  <T> void answer(String method, StreamObserver<T> call, Supplier<T> work) {
    final long begin = System.nanoTime();
    final T response;
    try {
      response = work.get();
    } catch (RuntimeException | Error failure) {
      final Refusal refusal = Refusal.from(failure);
      telemetry.request(method, refusal.reason().name(), since(begin));
      call.onError(StatusMapper.status(refusal));
      return;
    }
    telemetry.request(method, "ok", since(begin));
    call.onNext(response);
    call.onCompleted();
  }

  private static long since(long begin) {
    return System.nanoTime() - begin;
  }
}
