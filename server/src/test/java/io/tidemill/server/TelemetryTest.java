package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tidemill.server.config.Setting;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.WaveClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

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

  @Test
  void shouldWorkWithoutTheCollectorItIsToldOf() {
    assertThat(run(Map.of(Setting.OBSERVE_OTLP_ENDPOINT, "http://127.0.0.1:9")))
        .isEqualTo(run(Map.of()));
  }
}
