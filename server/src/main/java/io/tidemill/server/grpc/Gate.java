package io.tidemill.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.wire.StatusMapper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Stands before every method of a listener: the node's state, the token, the role. */
final class Gate implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String HEALTH = "grpc.health.v1.Health/";
  private static final String INFO = "tidemill.v1.ExecutionService/GetInfo";

  private final Role role;
  private final @Nullable Tokens tokens;
  private final NodeHealth health;

  /** The gate of a listener whose callers have {@code role}; null tokens ask for none. */
  Gate(Role role, @Nullable Tokens tokens, NodeHealth health) {
    this.role = role;
    this.tokens = tokens;
    this.health = health;
  }

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    final String method = call.getMethodDescriptor().getFullMethodName();
    try {
      if (!method.startsWith(HEALTH)) {
        check(method, headers);
      }
    } catch (Refusal refusal) {
      close(call, refusal);
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }

  /** Ends {@code call} with what the catalogue says about {@code refusal}. */
  static void close(ServerCall<?, ?> call, Refusal refusal) {
    final StatusRuntimeException status = StatusMapper.status(refusal);
    final Metadata trailers = status.getTrailers();
    call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  private void check(String method, Metadata headers) {
    if (tokens != null) {
      final String authorization = headers.get(AUTHORIZATION);
      if (authorization == null) {
        throw Refusal.of(Reason.UNAUTHENTICATED, "detail", "there is no authorization");
      }
      tokens.check(authorization);
    }
    if (!role.may(method)) {
      throw Refusal.of(
          Reason.PERMISSION_DENIED, "role", role.name().toLowerCase(Locale.ROOT), "method", method);
    }
    switch (health.report().state()) {
      case STARTING -> throw Refusal.of(Reason.NODE_STARTING);
      case DRAINING -> {
        if (!method.equals(INFO)) {
          throw Refusal.of(Reason.NODE_DRAINING);
        }
      }
      case SERVING, LAGGING, FAULTED -> {}
    }
  }
}
