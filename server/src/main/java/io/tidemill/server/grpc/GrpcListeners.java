package io.tidemill.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.StateServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
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

  /** RST_STREAM frames that one connection may send in the window. */
  private static final int MAX_RESETS = 200;

  private static final int RESET_WINDOW_SECONDS = 30;

  private final SidecarConfig config;
  private final List<BindableService> services;
  private final Executor executor;
  private final HealthStatusManager health = new HealthStatusManager();
  private final List<Server> servers = new ArrayList<>();
  private @Nullable Server main;
  private @Nullable Server probe;

  /** Listeners that are not open yet. */
  public GrpcListeners(
      SidecarConfig config,
      List<BindableService> services,
      NodeHealth nodeHealth,
      Executor executor) {
    this.config = config;
    this.services = List.copyOf(services);
    this.executor = executor;
    nodeHealth.watch(this::report);
  }

  /**
   * Opens every listener.
   *
   * @throws UncheckedIOException if an address cannot be bound; none is open then
   */
  public void start() {
    try {
      if (config.grpc().port() >= 0) {
        main = open(config.grpc().port(), true);
      }
      if (config.grpc().healthPort() >= 0) {
        probe = open(config.grpc().healthPort(), false);
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

  /** The port of the health service, or -1. */
  public int healthPort() {
    return probe == null ? -1 : probe.getPort();
  }

  private Server open(int port, boolean withServices) throws IOException {
    final NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.grpc().host(), port))
            .executor(executor)
            .maxInboundMessageSize(config.limits().messageBytes())
            .maxInboundMetadataSize(MAX_METADATA)
            .maxConcurrentCallsPerConnection(config.limits().callsPerConnection())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(20, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(health.getHealthService());
    if (withServices) {
      services.forEach(builder::addService);
      if (config.grpc().reflection()) {
        builder.addService(ProtoReflectionServiceV1.newInstance());
      }
    }
    final Server server = builder.build().start();
    servers.add(server);
    return server;
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
  }
}
