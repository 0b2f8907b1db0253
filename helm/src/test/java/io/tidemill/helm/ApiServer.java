package io.tidemill.helm;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * As much of a Kubernetes API server as Helm asks for: discovery, and objects by their path, kept
 * in memory. Nothing runs what it keeps. What is created is checked first by whoever made it.
 */
final class ApiServer implements AutoCloseable {
  private static final String OPERATOR = "monitoring.coreos.com/v1";
  private static final Map<String, List<String>> GROUPS =
      Map.of(
          "v1",
          List.of("ConfigMap", "Namespace", "Pod", "Secret", "Service", "ServiceAccount"),
          "apps/v1",
          List.of("Deployment", "StatefulSet"),
          "autoscaling/v2",
          List.of("HorizontalPodAutoscaler"),
          OPERATOR,
          List.of("PrometheusRule", "ServiceMonitor"),
          "networking.k8s.io/v1",
          List.of("NetworkPolicy"),
          "policy/v1",
          List.of("PodDisruptionBudget"));

  private static final String SCHEMAS =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

  private final HttpServer server;
  private final Map<String, List<String>> groups;
  private final String version;
  private final BiConsumer<String, JsonElement> check;
  private final Map<String, JsonObject> objects = new TreeMap<>();
  private final List<String> patches = new ArrayList<>();
  private final ReleaseRecords records = new ReleaseRecords();

  /**
   * Serves on a free port.
   *
   * @param version of Kubernetes, as in 1.29
   * @param operated whether the types of the Prometheus operator are known
   * @param check gets kind and body of what is to be created; what it throws becomes a refusal
   */
  ApiServer(String version, boolean operated, BiConsumer<String, JsonElement> check) {
    this.version = version;
    this.groups = new TreeMap<>(GROUPS);
    if (!operated) {
      groups.remove(OPERATOR);
    }
    this.check = check;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** What Helm is told to find it by. */
  String kubeConfig() {
    return """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: test}}]
        clusters: [{name: test, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: test, user: {}}]
        """
        .formatted(server.getAddress().getPort());
  }

  /** Kind and name of everything there is, but for namespaces. */
  synchronized List<String> objects() {
    return objects.values().stream()
        .map(each -> text(each, "kind") + "/" + name(each))
        .filter(each -> !each.startsWith("Namespace"))
        .toList();
  }

  /** The paths of changes to objects and what they change, oldest first. */
  synchronized List<String> patches() {
    return List.copyOf(patches);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    final String path = exchange.getRequestURI().getPath();
    if (path.equals("/openapi/v2")) {
      // An empty message: no schemas. What is created is checked by its type instead.
      exchange.getResponseHeaders().add("content-type", SCHEMAS);
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    final byte[] sent = exchange.getRequestBody().readAllBytes();
    if (records.holds(path)) {
      // Helm writes the records of its releases in another encoding than the objects of the chart.
      records.answer(exchange, sent);
      return;
    }
    final String body = new String(sent, StandardCharsets.UTF_8);
    int code = 200;
    JsonElement said;
    try {
      said = answer(exchange.getRequestMethod(), path, body);
    } catch (RuntimeException refused) {
      code = 422;
      said = status(code, String.valueOf(refused.getMessage()));
    }
    if (said == null) {
      code = 404;
      said = status(code, path + " not found");
    }
    final byte[] bytes = said.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("content-type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private JsonElement answer(String method, String path, String body) {
    if (method.equals("GET")) {
      final JsonElement discovered = discovery(path);
      return discovered != null ? discovered : objects.get(path);
    }
    switch (method) {
      case "POST" -> {
        final JsonObject object = JsonParser.parseString(body).getAsJsonObject();
        check.accept(text(object, "kind"), object);
        objects.put(path + "/" + name(object), object);
        return object;
      }
      case "PATCH" -> {
        patches.add(path.substring(path.lastIndexOf('/', path.lastIndexOf('/') - 1)) + " " + body);
        return objects.get(path);
      }
      case "DELETE" -> {
        return objects.remove(path);
      }
      default -> throw new IllegalArgumentException(method);
    }
  }

  private JsonElement discovery(String path) {
    return switch (path) {
      case "/version" ->
          JsonParser.parseString(
              "{\"major\":\"%s\",\"minor\":\"%s\",\"gitVersion\":\"v%s.0\"}"
                  .formatted(version.split("\\.")[0], version.split("\\.")[1], version));
      case "/api" -> JsonParser.parseString("{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
      case "/apis" -> groups();
      default -> resources(path);
    };
  }

  private JsonElement groups() {
    final JsonArray known = new JsonArray();
    for (String group : groups.keySet()) {
      if (group.contains("/")) {
        final String version =
            "{\"groupVersion\":\"%s\",\"version\":\"%s\"}"
                .formatted(group, group.substring(group.indexOf('/') + 1));
        known.add(
            JsonParser.parseString(
                "{\"name\":\"%1$s\",\"versions\":[%2$s],\"preferredVersion\":%2$s}"
                    .formatted(group.substring(0, group.indexOf('/')), version)));
      }
    }
    final JsonObject list = new JsonObject();
    list.addProperty("kind", "APIGroupList");
    list.add("groups", known);
    return list;
  }

  private JsonElement resources(String path) {
    final String group = path.replaceFirst("^/apis?/", "");
    if (!groups.containsKey(group)) {
      return null;
    }
    final JsonArray resources = new JsonArray();
    for (String kind : groups.get(group)) {
      resources.add(
          JsonParser.parseString(
              ("{\"name\":\"%s\",\"kind\":\"%s\",\"namespaced\":%b,"
                      + "\"verbs\":[\"create\",\"delete\",\"get\",\"list\",\"patch\",\"update\"]}")
                  .formatted(plural(kind), kind, !kind.equals("Namespace"))));
    }
    final JsonObject list = new JsonObject();
    list.addProperty("kind", "APIResourceList");
    list.addProperty("groupVersion", group);
    list.add("resources", resources);
    return list;
  }

  private static String plural(String kind) {
    final String lower = kind.toLowerCase(java.util.Locale.ROOT);
    return lower.endsWith("y") ? lower.substring(0, lower.length() - 1) + "ies" : lower + "s";
  }

  private static JsonObject status(int code, String message) {
    final JsonObject status = new JsonObject();
    status.addProperty("apiVersion", "v1");
    status.addProperty("kind", "Status");
    status.addProperty("status", "Failure");
    status.addProperty("reason", code == 404 ? "NotFound" : "Invalid");
    status.addProperty("code", code);
    status.addProperty("message", message);
    return status;
  }

  private static String name(JsonObject object) {
    return text(object.getAsJsonObject("metadata"), "name");
  }

  private static String text(JsonObject object, String member) {
    return object.get(member).getAsString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
