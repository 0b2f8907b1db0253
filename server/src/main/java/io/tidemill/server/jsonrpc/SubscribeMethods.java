package io.tidemill.server.jsonrpc;

import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import java.util.List;

/** {@code pyde_subscribe} and {@code pyde_unsubscribe}: what they take, on a WebSocket. */
final class SubscribeMethods {
  /** The method of the notifications. */
  static final String NOTIFICATION = "pyde_subscription";

  private SubscribeMethods() {}

  static Method subscribe(Method.Body body) {
    return new Method("pyde_subscribe", List.of("topic", "filter"), body);
  }

  static Method unsubscribe(Method.Body body) {
    return new Method("pyde_unsubscribe", List.of("subscription"), body);
  }

  /** The same for requests over HTTP, where nothing can be pushed. */
  static List<Method> refusing() {
    return List.of(subscribe(SubscribeMethods::refuse), unsubscribe(SubscribeMethods::refuse));
  }

  private static com.fasterxml.jackson.databind.JsonNode refuse(Params params) {
    throw Refusal.of(
        Reason.FEATURE_OFF,
        "feature",
        "a subscription over HTTP",
        "detail",
        "open a WebSocket at / of the same port");
  }

  /** The subscription that {@code params} ask for. */
  static Subscription open(Params params, WavePipeline pipeline, ChainReader reader) {
    final var given = params.get("filter");
    final var filter = given == null ? JsonViews.NODES.objectNode() : given;
    return switch (params.text("topic")) {
      case "waves" ->
          WaveSubscription.of(
              pipeline, reader, Params.object(filter, List.of("after", "receipts"), "filter"));
      case "events" ->
          EventSubscription.of(
              reader, Params.object(filter, List.of("after", "contracts", "topics"), "filter"));
      case null, default -> throw Refusal.field("topic", "must be waves or events");
    };
  }
}
