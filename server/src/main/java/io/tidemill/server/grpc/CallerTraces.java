package io.tidemill.server.grpc;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.tidemill.server.observe.Callers;

/** Serves every call in the trace that its caller names in the metadata, if it names one. */
final class CallerTraces implements ServerInterceptor {
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of(Callers.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    final String traceparent = headers.get(TRACEPARENT);
    if (traceparent == null) {
      return next.startCall(call, headers);
    }
    final Context caller = Callers.of(traceparent);
    final ServerCall.Listener<Q> served;
    try (Scope _ = caller.makeCurrent()) {
      served = next.startCall(call, headers);
    }
    // Messages and the end of the request are what work begins with.
    return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(served) {
      @Override
      public void onMessage(Q message) {
        try (Scope _ = caller.makeCurrent()) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        try (Scope _ = caller.makeCurrent()) {
          super.onHalfClose();
        }
      }
    };
  }
}
