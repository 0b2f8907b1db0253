package io.tidemill.server.jsonrpc;

import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.tls.Certificates;
import java.util.concurrent.ThreadFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.BlockingArrayQueue;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of the HTTP listener, in clear text or under TLS, and the threads that serve them.
 */
final class HttpConnectors implements AutoCloseable {
  /** Connections that the system keeps until they are accepted. */
  private static final int BACKLOG = 1_024;

  /** Threads beside the selectors: what may wait runs elsewhere. */
  private static final int SPARE_THREADS = 8;

  private static final int IDLE_MILLIS = 30_000;
  private static final int MAX_HEADER_BYTES = 8 * 1024;

  private final SidecarConfig.Http config;
  private final int selectors = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 16);
  private final @Nullable Certificates certificates;

  /**
   * Connectors as configured.
   *
   * @throws io.tidemill.server.config.ConfigException if the certificate cannot be used
   */
  HttpConnectors(SidecarConfig.Http config, SidecarConfig.Tls tls) {
    this.config = config;
    this.certificates =
        config.tls() == SidecarConfig.Http.Security.OFF ? null : Certificates.of(tls);
  }

  /** The threads of the selectors, made by {@code factory}; one per core reads and answers. */
  ThreadPool threads(ThreadFactory factory, Telemetry telemetry) {
    final int most = selectors + SPARE_THREADS;
    final QueuedThreadPool threads =
        new QueuedThreadPool(
            most, selectors, IDLE_MILLIS, 0, new BlockingArrayQueue<>(), null, factory);
    telemetry.gauge(MetricCatalogue.HTTP_THREADS, threads::getThreads);
    telemetry.gauge(MetricCatalogue.HTTP_IDLE, threads::getIdleThreads);
    telemetry.gauge(MetricCatalogue.HTTP_WAITING, threads::getQueueSize);
    return threads;
  }

  /** The connector of {@code server}. */
  Connector connector(Server server, HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    http.setIdleTimeout(IDLE_MILLIS);
    final Certificates tls = certificates;
    final ServerConnector connector;
    if (tls == null) {
      connector = new ServerConnector(server, 1, selectors, new HttpConnectionFactory(http));
    } else {
      final SslContextFactory.Server context = new SslContextFactory.Server();
      context.setSslContext(tls.context());
      context.setNeedClientAuth(config.tls() == SidecarConfig.Http.Security.MUTUAL);
      // The name of the host is checked against http.allowed-hosts.
      http.addCustomizer(new SecureRequestCustomizer(false));
      final HttpConnectionFactory requests = new HttpConnectionFactory(http);
      connector =
          new ServerConnector(
              server,
              1,
              selectors,
              new SslConnectionFactory(context, requests.getProtocol()),
              requests);
    }
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setAcceptQueueSize(BACKLOG);
    return connector;
  }

  @Override
  public void close() {
    if (certificates != null) {
      certificates.close();
    }
  }
}
