package io.tidemill.server.jsonrpc;

import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The WebSockets of the HTTP listener: how many, how large, who is connected. */
final class SocketEndpoint {
  private static final int CLOSE_UNSUPPORTED = 1003;
  private static final int CLOSE_TRY_LATER = 1013;
  private static final int GOODBYE_SECONDS = 2;

  private final int most;
  private final SocketLimits limits;
  private final Telemetry telemetry;
  private final Function<List<Method>, Dispatcher> dispatcher;
  private final Function<Params, Subscription> open;
  private final CommitFeed feed;
  private final RequestMemory memory;
  private final Map<String, SocketConnection> connections = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /**
   * No connection yet.
   *
   * @param most connections open at a time
   * @param dispatcher the node's methods and some more of the connection's own
   * @param open the subscription that the parameters of a request ask for
   * @param memory what requests and answers may take
   */
  SocketEndpoint(
      int most,
      SocketLimits limits,
      Function<List<Method>, Dispatcher> dispatcher,
      Function<Params, Subscription> open,
      CommitFeed feed,
      RequestMemory memory,
      Telemetry telemetry) {
    this.most = most;
    this.limits = limits;
    this.telemetry = telemetry;
    this.dispatcher = dispatcher;
    this.open = open;
    this.feed = feed;
    this.memory = memory;
    telemetry.gauge(MetricCatalogue.WEBSOCKETS, count::get);
    telemetry.gauge(
        MetricCatalogue.WEBSOCKET_SUBSCRIPTIONS,
        () -> connections.values().stream().mapToLong(SocketConnection::subscriptions).sum());
  }

  void configure(WsConfig socket) {
    socket.onConnect(this::connect);
    socket.onMessage(
        context -> {
          final SocketConnection connection = connections.get(context.sessionId());
          if (connection != null) {
            connection.request(context.message());
          }
        });
    socket.onBinaryMessage(
        context -> context.closeSession(CLOSE_UNSUPPORTED, "requests are text messages"));
    socket.onClose(context -> gone(context.sessionId()));
    socket.onError(context -> gone(context.sessionId()));
  }

  private void connect(WsConnectContext context) {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      telemetry.websocketEnded("full");
      context.closeSession(
          CLOSE_TRY_LATER, "the node takes " + most + " WebSocket connections (http.websockets)");
      return;
    }
    context.session.setMaxTextMessageSize(NodeFacts.MAX_JSON_BODY);
    context.session.setMaxFrameSize(NodeFacts.MAX_JSON_BODY);
    context.session.setMaxBinaryMessageSize(NodeFacts.MAX_JSON_BODY);
    context.session.setIdleTimeout(limits.ping().multipliedBy(3));
    connections.put(
        context.sessionId(),
        new SocketConnection(context.session, limits, dispatcher, open, feed, memory, telemetry));
  }

  private void gone(String id) {
    final SocketConnection connection = connections.remove(id);
    if (connection != null) {
      connection.ended("closed");
      count.decrementAndGet();
    }
  }

  /** Tells everybody that the node goes, and waits a moment until they were told. */
  void close() {
    final List<SocketConnection> all = List.copyOf(connections.values());
    all.forEach(SocketConnection::drained);
    CompletableFuture.allOf(
            all.stream().map(SocketConnection::said).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, GOODBYE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
