package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.tidemill.server.config.Setting;
import io.tidemill.server.observe.Logs;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedWave;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What leaves the node by OTLP, and that nothing of it changes a result. */
class TelemetryTest {
  /** A collector that keeps what it is sent. */
  private static final class Collector implements AutoCloseable {
    private final Map<String, ByteArrayOutputStream> bodies = new ConcurrentHashMap<>();
    private final HttpServer server;

    Collector() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (InputStream in = exchange.getRequestBody()) {
              final ByteArrayOutputStream body =
                  bodies.computeIfAbsent(
                      exchange.getRequestURI().getPath(), path -> new ByteArrayOutputStream());
              synchronized (body) {
                body.writeBytes(in.readAllBytes());
              }
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
    }

    String endpoint() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** What arrived under {@code path}: protobuf, whose strings can be read. */
    String received(String path) {
      final ByteArrayOutputStream body = bodies.get(path);
      return body == null ? "" : body.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  /** The standard error and the logs, until they are put back. */
  private static final class LogsToMemory implements AutoCloseable {
    private final PrintStream before = System.err;
    private final Logger root;
    private final List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
    private final Level level;

    LogsToMemory(Logger root, ByteArrayOutputStream lines) {
      this.root = root;
      this.level = root.getLevel();
      root.iteratorForAppenders().forEachRemaining(appenders::add);
      System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      System.setErr(before);
      root.detachAndStopAllAppenders();
      appenders.forEach(
          appender -> {
            appender.start();
            root.addAppender(appender);
          });
      root.setLevel(level);
    }
  }

  /** The roots and receipts of a few waves. */
  private static List<Object> run(Map<Setting, String> settings) {
    final List<Object> results = new ArrayList<>();
    try (DevNode node = new DevNode(settings)) {
      node.deploy(0, 0, "counter", new byte[8]);
      for (int i = 1; i < 4; i++) {
        final WaveClient.Answer answer =
            node.execute(DevNode.call(0, i, "counter", "increment", new byte[0]));
        results.add(answer.result().getSummary().getRoot());
        results.add(answer.receipts());
        results.add(answer.diff());
        assertThat(Http.get(node.node.httpPort(), "/metrics").status()).isEqualTo(200);
      }
      results.add(
          node.rpc("pyde_call", "[{\"to\":\"counter\",\"function\":\"get\",\"view\":true}]")
              .textValue());
    }
    return results;
  }

  @Test
  void shouldTellACollectorOfWavesStagesAndSimulationsAndChangeNoResult() throws IOException {
    final List<Object> quiet = run(Map.of());
    try (Collector collector = new Collector()) {
      assertThat(run(Map.of(Setting.OBSERVE_OTLP_ENDPOINT, collector.endpoint()))).isEqualTo(quiet);
      assertThat(collector.received("/v1/traces"))
          .contains(
              "tidemill", "wave", "execute", "root", "commit", "simulate", "tidemill.gas_used");
      final String metrics = collector.received("/v1/metrics");
      for (MetricCatalogue.Metric metric :
          List.of(
              MetricCatalogue.WAVES,
              MetricCatalogue.WAVE_STAGE,
              MetricCatalogue.FUEL,
              MetricCatalogue.SIMULATION_TIME)) {
        assertThat(metrics).contains(metric.name());
      }
    }
  }

  /** Everything that can be told is told, at the finest level, and read all the time. */
  @Test
  void shouldChangeNoResultWithJsonLogsTracesAndMetricsAllOn() throws Exception {
    final List<Object> quiet = run(Map.of());
    final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try (Collector collector = new Collector();
        LogsToMemory _ = new LogsToMemory(root, lines)) {
      Logs.apply(true, "trace");
      assertThat(
              run(
                  Map.of(
                      Setting.OBSERVE_OTLP_ENDPOINT,
                      collector.endpoint(),
                      Setting.LOG_FORMAT,
                      "json",
                      Setting.LOG_LEVEL,
                      "trace")))
          .isEqualTo(quiet);
      assertThat(collector.received("/v1/traces")).contains("wave");
      assertThat(line(lines, "ready at wave").has("level")).isTrue();
    }
  }

  @Test
  void shouldWorkWithoutTheCollectorItIsToldOf() {
    assertThat(run(Map.of(Setting.OBSERVE_OTLP_ENDPOINT, "http://127.0.0.1:9")))
        .isEqualTo(run(Map.of()));
  }

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  /** The bytes of a trace id, as a collector gets them. */
  private static String raw(String id) {
    return new String(HexFormat.of().parseHex(id), StandardCharsets.ISO_8859_1);
  }

  @Test
  void shouldContinueTheTraceOfACallerOverHttpAndGrpc() throws IOException {
    for (boolean grpc : new boolean[] {false, true}) {
      try (Collector collector = new Collector()) {
        try (DevNode node =
            new DevNode(Map.of(Setting.OBSERVE_OTLP_ENDPOINT, collector.endpoint()))) {
          if (grpc) {
            final Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), PARENT);
            node.execution()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .simulate(
                    SimulateRequest.newBuilder()
                        .addWaves(SimulatedWave.getDefaultInstance())
                        .build());
          } else {
            Http.post(
                node.node.httpPort(),
                SIMULATE.getBytes(StandardCharsets.UTF_8),
                "Content-Type: application/json\r\ntraceparent: " + PARENT + "\r\n");
          }
        }
        assertThat(collector.received("/v1/traces"))
            .contains(grpc ? "Simulate" : "tidemill_simulate", "simulate", raw(TRACE));
      }
    }
  }

  private static final String SIMULATE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tidemill_simulate\",\"params\":[[{\"calls\":[]}]]}";

  /** A line of the log is found from a trace, and a trace from a line. */
  @Test
  void shouldNameTheTraceInTheJsonLog() throws IOException {
    final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    try (Collector collector = new Collector();
        LogsToMemory _ = new LogsToMemory(root, lines)) {
      Logs.apply(true, "info");
      try (TestNode node =
          new TestNode(Map.of(Setting.OBSERVE_OTLP_ENDPOINT, collector.endpoint()))) {
        try (WaveClient client = node.stream()) {
          client.sendAll(TestNode.frames(1, node.parent(), false, "fault"));
          assertThatThrownBy(client::awaitResult).isInstanceOf(StatusRuntimeException.class);
        }
      }
      final JsonNode fault = line(lines, "a disk that lies");
      assertThat(fault.at("/level").textValue()).isEqualTo("ERROR");
      assertThat(fault.at("/trace_id").textValue()).matches("[0-9a-f]{32}");
      assertThat(fault.at("/span_id").textValue()).matches("[0-9a-f]{16}");
      assertThat(collector.received("/v1/traces"))
          .as("the trace of the line was exported")
          .contains(raw(fault.at("/trace_id").textValue()));
      assertThat(line(lines, "ready at wave").has("trace_id")).as("nobody's trace").isFalse();
    }
  }

  private static JsonNode line(ByteArrayOutputStream lines, String text) throws IOException {
    for (String line : lines.toString(StandardCharsets.UTF_8).lines().toList()) {
      if (line.contains(text)) {
        return new ObjectMapper().readTree(line);
      }
    }
    throw new AssertionError(
        "no line with " + text + " in\n" + lines.toString(StandardCharsets.UTF_8));
  }
}
