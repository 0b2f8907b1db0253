package io.tidemill.server.grpc;

import io.grpc.BindableService;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every message passes before a service sees it: its size, and whether it is one. By itself
 * gRPC would end such calls without a word about the limit, or with the failure of a parser.
 */
final class Screen {
  /**
   * The transport takes messages of so many times the limit, so that those that are somewhat too
   * large get the error that names it; what is larger still is cut off unread.
   */
  static final int TRANSPORT_FACTOR = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Screen.class);

  /** A flood of large messages is no flood of lines. */
  private static final long WARN_EVERY_NANOS = 1_000_000_000;

  private static final AtomicLong WARNED = new AtomicLong(System.nanoTime() - WARN_EVERY_NANOS);

  private Screen() {}

  private static void warn(int size, int limit) {
    final long before = WARNED.get();
    final long now = System.nanoTime();
    if (now - before >= WARN_EVERY_NANOS && WARNED.compareAndSet(before, now)) {
      LOG.warn("refused a message of {} bytes, at most {} (limits.message-bytes)", size, limit);
    }
  }

  /** The same service behind the screen; messages have at most {@code limit} bytes. */
  static ServerServiceDefinition of(BindableService service, int limit) {
    final ServerServiceDefinition plain = service.bindService();
    final ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(plain.getServiceDescriptor().getName())
            .setSchemaDescriptor(plain.getServiceDescriptor().getSchemaDescriptor());
    final var methods = plain.getMethods().stream().map(method -> screened(method, limit)).toList();
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    final ServerServiceDefinition.Builder builder =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(builder::addMethod);
    return builder.build();
  }

  private static <Q, S> ServerMethodDefinition<?, ?> screened(
      ServerMethodDefinition<Q, S> method, int limit) {
    final MethodDescriptor<Q, S> plain = method.getMethodDescriptor();
    final MethodDescriptor<Arrival<Q>, S> descriptor =
        plain.toBuilder(
                new Arrivals<>(plain.getRequestMarshaller(), limit), plain.getResponseMarshaller())
            .build();
    return ServerMethodDefinition.create(descriptor, new Handler<>(method.getServerCallHandler()));
  }

  /** A message, or why there is none. */
  private record Arrival<Q>(@Nullable Q message, @Nullable Refusal refusal) {}

  private record Arrivals<Q>(Marshaller<Q> plain, int limit) implements Marshaller<Arrival<Q>> {
    @Override
    public InputStream stream(Arrival<Q> value) {
      throw new UnsupportedOperationException("a server sends no requests");
    }

    @Override
    public Arrival<Q> parse(InputStream stream) {
      try {
        final int size = stream instanceof KnownLength ? stream.available() : 0;
        if (size > limit) {
          warn(size, limit);
          return new Arrival<>(null, Refusal.limit(Limit.MESSAGE_BYTES, size, limit));
        }
        return new Arrival<>(plain.parse(stream), null);
      } catch (StatusRuntimeException | IOException e) {
        return new Arrival<>(null, Refusal.field("message", "is not a message of the method"));
      }
    }
  }

  /** Hands on what arrives as it should, and ends the call at the first that does not. */
  private record Handler<Q, S>(ServerCallHandler<Q, S> behind)
      implements ServerCallHandler<Arrival<Q>, S> {
    @Override
    @SuppressWarnings("unchecked") // the service only answers through it
    public ServerCall.Listener<Arrival<Q>> startCall(
        ServerCall<Arrival<Q>, S> call, Metadata headers) {
      return new Listener<>(
          call, behind.startCall((ServerCall<Q, S>) (ServerCall<?, S>) call, headers));
    }
  }

  private static final class Listener<Q> extends ServerCall.Listener<Arrival<Q>> {
    private final ServerCall<?, ?> call;
    private final ServerCall.Listener<Q> behind;
    private boolean ended;

    Listener(ServerCall<?, ?> call, ServerCall.Listener<Q> behind) {
      this.call = call;
      this.behind = behind;
    }

    @Override
    public void onMessage(Arrival<Q> arrival) {
      if (ended) {
        return;
      }
      final Q message = arrival.message();
      if (message != null) {
        behind.onMessage(message);
        return;
      }
      ended = true;
      Gate.close(call, Objects.requireNonNull(arrival.refusal()));
      // The call is over; whoever holds something for it hears so as if the client had left.
      behind.onCancel();
    }

    @Override
    public void onHalfClose() {
      if (!ended) {
        behind.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (!ended) {
        behind.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (!ended) {
        behind.onComplete();
      }
    }

    @Override
    public void onReady() {
      if (!ended) {
        behind.onReady();
      }
    }
  }
}
