package io.tidemill.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.tls.Certificates;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.StateServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gRPC servers of a node: the services, and health on its own port. */
public final class GrpcListeners implements AutoCloseable {
  /** Bytes of the headers of one call. */
  private static final int MAX_METADATA = 8 * 1024;

  /** Open calls on one connection. */
  private static final int MAX_CALLS = 64;

  /** RST_STREAM frames that one connection may send in the window. */
  private static final int MAX_RESETS = 200;

  private static final int RESET_WINDOW_SECONDS = 30;

  private final SidecarConfig config;
  private final List<BindableService> services;
  private final NodeHealth nodeHealth;
  private final Executor executor;
  private final HealthStatusManager health = new HealthStatusManager();
  private final List<Server> servers = new ArrayList<>();
  private @Nullable Server main;
  private @Nullable Server reader;
  private @Nullable Server deployer;
  private @Nullable Server probe;
  private @Nullable UnixSocket sockets;
  private @Nullable Certificates certificates;

  /** Listeners that are not open yet. */
  public GrpcListeners(
      SidecarConfig config,
      List<BindableService> services,
      NodeHealth nodeHealth,
      Executor executor) {
    this.config = config;
    this.services = List.copyOf(services);
    this.nodeHealth = nodeHealth;
    this.executor = executor;
    nodeHealth.watch(this::report);
  }

  /**
   * Opens every listener.
   *
   * @throws UncheckedIOException if an address cannot be bound; none is open then
   */
  public void start() {
    final SidecarConfig.Grpc grpc = config.grpc();
    // Nobody writes to a replica but its primary.
    final Role writer = config.primary() == null ? Role.CONSENSUS : Role.READER;
    final Path secret = config.auth().jwtSecret();
    final Tokens tokens = secret == null ? null : Tokens.of(secret, config.auth().clockTolerance());
    certificates = Certificates.of(config.tls());
    try {
      if (grpc.port() >= 0) {
        main = open(builder(address(grpc.port())), writer, tokens);
      }
      if (grpc.readerPort() >= 0) {
        reader = open(builder(address(grpc.readerPort())), Role.READER, null);
      }
      if (grpc.deployerPort() >= 0) {
        deployer = open(builder(address(grpc.deployerPort())), Role.DEPLOYER, tokens);
      }
      if (grpc.socket() != null) {
        // Whoever may open the file is the consensus client.
        sockets = new UnixSocket(grpc.socket());
        open(sockets.configure(limited(sockets.builder())), writer, null);
      }
      if (grpc.healthPort() >= 0) {
        probe = keep(limited(plain(address(grpc.healthPort()))).build().start());
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException("cannot open a gRPC listener: " + e.getMessage(), e);
    }
  }

  /** The port of the services, or -1. */
  public int port() {
    return main == null ? -1 : main.getPort();
  }

  /** The port of readers, or -1. */
  public int readerPort() {
    return reader == null ? -1 : reader.getPort();
  }

  /** The port of deployers, or -1. */
  public int deployerPort() {
    return deployer == null ? -1 : deployer.getPort();
  }

  /** The port of the health service, or -1. */
  public int healthPort() {
    return probe == null ? -1 : probe.getPort();
  }

  private InetSocketAddress address(int port) {
    return new InetSocketAddress(config.grpc().host(), port);
  }

  private Server open(NettyServerBuilder builder, Role role, @Nullable Tokens tokens)
      throws IOException {
    final int limit = config.limits().messageBytes();
    services.forEach(service -> builder.addService(Screen.of(service, limit)));
    builder.intercept(new CallerTraces()).intercept(new Gate(role, tokens, nodeHealth));
    if (config.grpc().reflection() && role == Role.CONSENSUS) {
      builder.addService(ProtoReflectionServiceV1.newInstance());
    }
    return keep(builder.build().start());
  }

  private Server keep(Server server) {
    servers.add(server);
    return server;
  }

  private NettyServerBuilder builder(InetSocketAddress address) {
    final Certificates tls = certificates;
    return limited(
        tls == null ? plain(address) : NettyServerBuilder.forAddress(address, tls.credentials()));
  }

  private static NettyServerBuilder plain(InetSocketAddress address) {
    return NettyServerBuilder.forAddress(address);
  }

  private NettyServerBuilder limited(NettyServerBuilder builder) {
    return builder
        .executor(executor)
        .maxInboundMessageSize(
            (int)
                Math.min(
                    Integer.MAX_VALUE,
                    (long) config.limits().messageBytes() * Screen.TRANSPORT_FACTOR))
        .maxInboundMetadataSize(MAX_METADATA)
        .maxConcurrentCallsPerConnection(MAX_CALLS)
        .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .permitKeepAliveTime(20, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addService(health.getHealthService());
  }

  private void report(NodeHealth.Report report) {
    final ServingStatus ready = status(report.state().ready());
    health.setStatus("", ready);
    health.setStatus("readiness", ready);
    health.setStatus(ExecutionServiceGrpc.SERVICE_NAME, ready);
    health.setStatus(StateServiceGrpc.SERVICE_NAME, ready);
    health.setStatus("liveness", status(report.state().alive()));
  }

  private static ServingStatus status(boolean good) {
    return good ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  /** Takes no new call, lets open ones finish within the grace, then cuts them off. */
  @Override
  public void close() {
    servers.forEach(Server::shutdown);
    final long end = System.nanoTime() + config.shutdownGrace().toNanos();
    for (Server server : servers) {
      try {
        final Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        if (!server.awaitTermination(left.toMillis(), TimeUnit.MILLISECONDS)) {
          server.shutdownNow();
          server.awaitTermination(1, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        server.shutdownNow();
      }
    }
    servers.clear();
    if (sockets != null) {
      sockets.close();
    }
    if (certificates != null) {
      certificates.close();
    }
  }
}
