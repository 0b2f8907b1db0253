package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.simulate.Simulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP/1.1 server: JSON-RPC at {@code /}, health, metrics. */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
  private static final String JSON = "application/json";

  /** How long a connection may go without a new request, its body included. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Open connections; more wait until one closes. */
  private static final int MAX_CONNECTIONS = 2_048;

  private final SidecarConfig.Http config;
  private final SidecarConfig.Tls tls;
  private final Dispatcher dispatcher;
  private final ObjectNode document;
  private final SocketEndpoint endpoint;
  private final RequestMemory memory;
  private final boolean explorer;
  private final NodeHealth health;
  private final Telemetry telemetry;
  private final Origins origins;
  private final Simulator simulator;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable HttpConnectors connectors;
  private @Nullable Javalin server;

  /** What the methods are made of. */
  public record Rooms(
      NodeFacts facts,
      ChainSpecification chain,
      ChainReader reader,
      WavePipeline pipeline,
      Simulator simulator,
      CommitFeed feed,
      NodeHealth health,
      Telemetry telemetry) {}

  /** A listener with every method, not open yet. */
  public static HttpListener of(SidecarConfig config, Rooms rooms, Extension extension) {
    final List<Method> methods = new ArrayList<>();
    methods.addAll(
        new InfoMethod(rooms.facts(), rooms.chain(), config, rooms.reader(), rooms.health())
            .methods());
    methods.addAll(new ChainMethods(rooms.reader(), rooms.pipeline()).methods());
    methods.addAll(new SimulateMethods(rooms.simulator(), rooms.reader()).methods());
    methods.addAll(new ProofMethods(rooms.reader()).methods());
    methods.addAll(extension.methods());
    final List<Method> refusing = SubscribeMethods.refusing();
    final ObjectNode document = JsonViews.NODES.objectNode();
    methods.add(new Method("rpc.discover", List.of(), params -> document));
    document.setAll(
        Documents.openRpc(
            joined(methods, refusing).stream().map(Method::name).collect(Collectors.toSet())));
    final RequestMemory memory = RequestMemory.ofNode();
    rooms.telemetry().gauge(MetricCatalogue.HTTP_MEMORY, memory::taken);
    final SocketEndpoint endpoint =
        new SocketEndpoint(
            config.http().websockets(),
            extension.sockets(),
            more -> new Dispatcher(joined(methods, more), rooms.telemetry()),
            params -> SubscribeMethods.open(params, rooms.pipeline(), rooms.reader()),
            rooms.feed(),
            memory,
            rooms.telemetry());
    return new HttpListener(
        config.http(),
        config.tls(),
        new Dispatcher(joined(methods, refusing), rooms.telemetry()),
        document,
        endpoint,
        memory,
        extension.explorer(),
        rooms.health(),
        rooms.telemetry(),
        rooms.simulator());
  }

  private static List<Method> joined(List<Method> some, List<Method> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private HttpListener(
      SidecarConfig.Http config,
      SidecarConfig.Tls tls,
      Dispatcher dispatcher,
      ObjectNode document,
      SocketEndpoint endpoint,
      RequestMemory memory,
      boolean explorer,
      NodeHealth health,
      Telemetry telemetry,
      Simulator simulator) {
    this.config = config;
    this.tls = tls;
    this.dispatcher = dispatcher;
    this.document = document;
    this.endpoint = endpoint;
    this.memory = memory;
    this.explorer = explorer;
    this.health = health;
    this.telemetry = telemetry;
    this.origins = Origins.of(config);
    this.simulator = simulator;
  }

  /** Opens the listener, unless the configuration has none. */
  public void start() {
    if (config.port() < 0) {
      return;
    }
    final SlowConnections connections = new SlowConnections(PATIENCE);
    final HttpConnectors sockets = new HttpConnectors(config, tls);
    connectors = sockets;
    final Javalin app =
        Javalin.create(
            javalin -> {
              javalin.startup.showJavalinBanner = false;
              javalin.startup.startupWatcherEnabled = false;
              javalin.startup.showOldJavalinVersionWarning = false;
              javalin.concurrency.useVirtualThreads = false;
              javalin.http.maxRequestSize = NodeFacts.MAX_JSON_BODY;
              javalin.jetty.threadPool =
                  sockets.threads(Simulator.threads("tidemill-http"), telemetry);
              javalin.jetty.addConnector(sockets::connector);
              javalin.jetty.modifyServer(
                  server -> {
                    server.addBean(connections);
                    server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
                    server.setHandler(
                        new RpcHandler(
                            dispatcher, origins, blocking, simulator, connections, memory));
                  });
              javalin.routes.before(this::guard);
              javalin.routes.options("/*", context -> context.status(204));
              javalin.routes.wsBeforeUpgrade(this::guardSocket);
              javalin.routes.ws("/", endpoint::configure);
              if (explorer) {
                new Explorer().routes(javalin.routes);
              }
              javalin.routes.get("/healthz", this::healthz);
              javalin.routes.get("/livez", this::livez);
              javalin.routes.get("/readyz", this::healthz);
              javalin.routes.get("/metrics", this::metrics);
              javalin.routes.get(
                  "/openrpc.json",
                  context ->
                      context
                          .contentType(JSON)
                          .result(dispatcher.mapper().writeValueAsBytes(document)));
              javalin.routes.get("/docs", HttpListener::reference);
              javalin.routes.get(
                  "/openapi.yaml",
                  context ->
                      context
                          .contentType("application/yaml")
                          .result(Documents.read("openapi.yaml")));
              javalin.routes.exception(Exception.class, HttpListener::failed);
              javalin.routes.exception(Refusal.class, this::refused);
            });
    server = app.start();
    for (Connector connector : server.jettyServer().server().getConnectors()) {
      ((ContainerLifeCycle) connector).addBean(connections, false);
    }
  }

  /** The port, or -1. */
  public int port() {
    return server == null ? -1 : server.port();
  }

  /** Refuses foreign hosts and answers for the origins that may call. */
  private void guard(Context context) {
    final String origin = context.header("Origin");
    final Refusal refusal = origins.refusal(context.host(), origin);
    if (refusal != null) {
      refuse(context, 403, refusal);
      context.skipRemainingHandlers();
    } else if (origin != null && origins.crosses(origin)) {
      context.header("Access-Control-Allow-Origin", origin);
      context.header("Vary", "Origin");
      context.header("Access-Control-Allow-Methods", "POST, GET, OPTIONS");
      context.header("Access-Control-Allow-Headers", "Content-Type, Authorization");
      context.header("Access-Control-Max-Age", "600");
    }
  }

  /** The same before a WebSocket is opened. */
  private void guardSocket(Context context) {
    final Refusal refusal = origins.refusal(context.host(), context.header("Origin"));
    if (refusal != null) {
      throw new ForbiddenResponse(String.valueOf(refusal.getMessage()));
    }
  }

  private void healthz(Context context) throws JsonProcessingException {
    report(context, health.report().state().ready());
  }

  private void livez(Context context) throws JsonProcessingException {
    report(context, health.report().state().alive());
  }

  private void report(Context context, boolean good) throws JsonProcessingException {
    final NodeHealth.Report report = health.report();
    final ObjectNode view =
        JsonViews.NODES.objectNode().put("state", JsonViews.lower(report.state()));
    if (!report.detail().isEmpty()) {
      view.put("detail", report.detail());
    }
    context
        .status(good ? 200 : 503)
        .contentType(JSON)
        .result(dispatcher.mapper().writeValueAsBytes(view));
  }

  private void metrics(Context context) {
    context.contentType("text/plain; version=0.0.4; charset=utf-8").result(telemetry.prometheus());
  }

  /** The page of the documents; it may run nothing and load nothing but what this node serves. */
  private static void reference(Context context) {
    context
        .contentType("text/html; charset=utf-8")
        .header("Content-Security-Policy", Documents.PAGE_POLICY)
        .result(Documents.read("reference.html"));
  }

  private void refused(Refusal refusal, Context context) {
    refuse(context, 400, refusal);
  }

  private void refuse(Context context, int status, Refusal refusal) {
    context.status(status).contentType(JSON).result(dispatcher.refused(refusal));
  }

  private static void failed(Exception failure, Context context) {
    LOG.debug("request failed", failure);
    context.status(500).contentType("text/plain").result("the node could not answer");
  }

  @Override
  public void close() {
    final Javalin open = server;
    if (open != null) {
      endpoint.close();
      open.stop();
    }
    if (connectors != null) {
      connectors.close();
    }
    blocking.close();
  }
}
