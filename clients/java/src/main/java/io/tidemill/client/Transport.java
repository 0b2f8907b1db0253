package io.tidemill.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connection that options describe, and what each call over it carries. */
final class Transport implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private final ManagedChannel connection;
  private final Channel channel;

  /** Threads of a Unix socket, which gRPC does not share between connections. */
  private final @Nullable EventLoopGroup threads;

  Transport(ClientOptions options) {
    final NettyChannelBuilder builder = builder(options);
    if (options.socket() == null) {
      threads = null;
    } else {
      threads = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
      builder.channelType(EpollDomainSocketChannel.class).eventLoopGroup(threads);
    }
    connection =
        builder
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .build();
    final Channel eager = ClientInterceptors.intercept(connection, new Eager());
    final Supplier<String> token = options.token();
    channel = token == null ? eager : ClientInterceptors.intercept(eager, new Bearer(token));
  }

  /** What calls go through. */
  Channel channel() {
    return channel;
  }

  private static NettyChannelBuilder builder(ClientOptions options) {
    final Path socket = options.socket();
    if (socket != null) {
      if (!Epoll.isAvailable()) {
        throw new IllegalStateException(
            "Unix domain sockets need Linux", Epoll.unavailabilityCause());
      }
      return NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
          .usePlaintext();
    }
    final ClientTls tls = options.tls();
    if (tls == null) {
      return NettyChannelBuilder.forAddress(options.host(), options.port()).usePlaintext();
    }
    final NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(options.host(), options.port(), credentials(tls));
    return tls.serverName() == null ? builder : builder.overrideAuthority(tls.serverName());
  }

  private static ChannelCredentials credentials(ClientTls tls) {
    try {
      final TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
      if (tls.ca() != null) {
        credentials.trustManager(tls.ca().toFile());
      }
      if (tls.certificate() != null && tls.key() != null) {
        credentials.keyManager(tls.certificate().toFile(), tls.key().toFile());
      }
      return credentials.build();
    } catch (IOException e) {
      throw new UncheckedIOException("TLS: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    connection.shutdownNow();
    try {
      boolean ended = connection.awaitTermination(5, TimeUnit.SECONDS);
      if (threads != null) {
        ended &= threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
      }
      if (!ended) {
        throw new IllegalStateException("the connection did not end within 5 seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Connects at once when it is asked: how long to wait is the retry policy's. */
  private final class Eager implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions callOptions, Channel next) {
      if (connection.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
        connection.resetConnectBackoff();
      }
      return next.newCall(method, callOptions);
    }
  }

  /** Each call has a token of its own: those of a node's secret are good for a minute. */
  private record Bearer(Supplier<String> token) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions callOptions, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, callOptions)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          headers.put(AUTHORIZATION, "Bearer " + token.get());
          super.start(listener, headers);
        }
      };
    }
  }
}
