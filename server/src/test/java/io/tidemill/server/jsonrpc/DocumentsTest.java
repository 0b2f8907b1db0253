package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class DocumentsTest {
  private static TestNode node;
  private static int port;

  @BeforeAll
  static void open() {
    node = new TestNode(Map.of(), Extension.EXPLORER);
    port = node.node.httpPort();
    node.execute(1, "alpha");
    node.execute(2, "beta");
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static JsonNode call(String method, String params) {
    return call(port, method, params);
  }

  private static JsonNode call(int onPort, String method, String params) {
    return Http.rpc(
            onPort,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                + method
                + "\",\"params\":"
                + params
                + "}")
        .json();
  }

  @Test
  void shouldDescribeExactlyTheParametersThatEveryMethodTakes() {
    for (JsonNode method : Http.get(port, "/openrpc.json").json().get("methods")) {
      final String name = method.get("name").textValue();
      final JsonNode unknown = call(name, "{\"no_such_parameter\":1}");
      final List<String> described = new ArrayList<>();
      method.get("params").forEach(param -> described.add(param.get("name").textValue()));
      assertThat(unknown.get("error").get("code").intValue()).as(name).isEqualTo(-32602);
      assertThat(unknown.get("error").get("message").textValue())
          .as(name)
          .endsWith("known are " + described.stream().sorted().toList());
    }
  }

  @Test
  void shouldDescribeEveryMethod() throws IOException {
    final List<String> described = new ArrayList<>();
    call("rpc.discover", "[]")
        .get("result")
        .get("methods")
        .forEach(method -> described.add(method.get("name").textValue()));
    final List<String> registered = new ArrayList<>();
    final java.util.regex.Pattern method =
        java.util.regex.Pattern.compile("new Method\\(\\s*\"([a-zA-Z._]+)\"");
    try (var files = Files.list(Path.of("src/main/java/io/tidemill/server/jsonrpc"))) {
      for (Path file : files.toList()) {
        final var matcher = method.matcher(Files.readString(file));
        while (matcher.find()) {
          registered.add(matcher.group(1));
        }
      }
    }
    assertThat(described).isSorted().containsExactlyInAnyOrderElementsOf(registered);
  }

  @Test
  void shouldRunEveryExample() {
    for (JsonNode method : Http.get(port, "/openrpc.json").json().get("methods")) {
      assertThat(method.path("examples")).as(method.get("name") + "").isNotEmpty();
      if (!method.has("x-transport") && !method.has("x-state")) {
        runExamples(port, method);
      }
    }
  }

  private static void runExamples(int onPort, JsonNode method) {
    for (JsonNode example : method.get("examples")) {
      final List<String> values = new ArrayList<>();
      for (JsonNode param : example.get("params")) {
        final JsonNode schema = method.get("params").get(values.size()).get("schema");
        checkFits(schema, param.get("value"), method.get("name") + " " + param.get("name"));
        values.add(param.get("value").toString());
      }
      final JsonNode answer = call(onPort, method.get("name").textValue(), values.toString());
      assertThat(answer.has("result")).as(method.get("name") + ": " + answer).isTrue();
      final JsonNode result = answer.get("result");
      if (!result.isNull()) {
        checkFits(method.at("/result/schema"), result, method.get("name") + "");
      }
    }
  }

  /** A value is what its schema says, as far as schemas here say anything: type and pattern. */
  private static void checkFits(JsonNode schema, JsonNode value, String what) {
    final String fits =
        switch (value.getNodeType()) {
          case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
          case STRING, BOOLEAN, ARRAY, OBJECT ->
              value.getNodeType().name().toLowerCase(Locale.ROOT);
          default -> "null";
        };
    if (schema.has("type")) {
      final List<String> types = new ArrayList<>();
      (schema.get("type").isArray() ? schema.get("type") : List.of(schema.get("type")))
          .forEach(type -> types.add(type.textValue()));
      assertThat(types).as(what + ": " + value).contains(fits);
    }
    if (schema.has("pattern") && value.isTextual()) {
      assertThat(value.textValue()).as(what).matches(schema.get("pattern").textValue());
    }
  }

  /** The examples that want a transaction and a contract to be there. */
  @Test
  void shouldRunEveryExampleThatNamesTheStateItNeeds() {
    try (DevNode chain = new DevNode()) {
      chain.execute(
          DevNode.transaction(
              0, 0, DevNode.user(1), U128.of(1_000), new byte[0], TransactionType.STANDARD));
      chain.deploy(0, 1, "token", U128.of(1_000_000).toBytes());
      final int onPort = chain.node.httpPort();
      int run = 0;
      for (JsonNode method : Http.get(onPort, "/openrpc.json").json().get("methods")) {
        if (method.has("x-state")) {
          assertThat(method.get("x-state").textValue()).contains("transfer of 1000", "token");
          runExamples(onPort, method);
          run++;
        }
      }
      assertThat(run).isEqualTo(3);
    }
  }

  @Test
  void shouldServeEveryPathOfTheOpenApiDocument() {
    final Map<?, ?> document =
        (Map<?, ?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(new String(Documents.read("openapi.yaml"), StandardCharsets.UTF_8));
    for (Map.Entry<?, ?> path : ((Map<?, ?>) document.get("paths")).entrySet()) {
      if (((Map<?, ?>) path.getValue()).containsKey("get") && !path.getKey().equals("/")) {
        assertThat(Http.get(port, path.getKey().toString()).status())
            .as(path.getKey().toString())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void shouldDocumentEveryMetricAndExportTheOnesThatWereTouched() throws IOException {
    final String page = Files.readString(Path.of("..", "docs", "metrics.md"));
    for (MetricCatalogue.Metric metric : MetricCatalogue.all()) {
      assertThat(page)
          .contains(
              "| `" + metric.name() + "` | " + metric.unit() + " | " + metric.description() + " |");
    }
    assertThat(page.lines().filter(line -> line.startsWith("| `")).count())
        .isEqualTo(MetricCatalogue.all().size());
    assertThat(Http.get(port, "/metrics").body())
        .contains("tidemill_waves_total", "tidemill_fuel_total", "tidemill_queue_depth");
  }
}
