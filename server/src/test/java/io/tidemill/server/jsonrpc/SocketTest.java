package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.Socket;
import io.tidemill.server.testing.TestNode;
import io.tidemill.v1.RollbackWaveRequest;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketTest {
  private TestNode node;
  private int port;
  private long wave;

  @BeforeEach
  void open() {
    open(SocketLimits.DEFAULT, Map.of());
  }

  private void open(SocketLimits limits, Map<Setting, String> settings) {
    node = new TestNode(settings, new Extension(List.of(), limits, false));
    port = node.node.httpPort();
    wave = 0;
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** Executes and commits the next wave. */
  private void wave(String... transactions) {
    try (var client = node.stream()) {
      client.sendAll(TestNode.frames(++wave, node.parent(), true, transactions));
      client.awaitResult();
    }
  }

  @Test
  void shouldAnswerEveryMethodOnASocketAsOverHttp() {
    try (Socket socket = new Socket(port)) {
      socket.request("pyde_chainId", "[]");
      assertThat(socket.next().get("result").intValue()).isEqualTo(31_337);
      socket.request("no_such_method", "[]");
      assertThat(socket.next().get("error").get("code").intValue()).isEqualTo(-32601);
      socket.send("nonsense");
      assertThat(socket.next().get("error").get("code").intValue()).isEqualTo(-32700);
      socket.send("[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"pyde_waveNumber\"}]");
      assertThat(socket.next().get(0).get("id").intValue()).isEqualTo(7);
    }
  }

  @Test
  void shouldRefuseToSubscribeOverHttp() {
    final JsonNode answer =
        Http.rpc(
                port,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_subscribe\",\"params\":[\"waves\"]}")
            .json();
    assertThat(answer.get("error").get("message").textValue()).contains("open a WebSocket");
  }

  @Test
  void shouldRunEveryExampleOfTheDocument() {
    try (Socket socket = new Socket(port)) {
      for (JsonNode method : Http.get(port, "/openrpc.json").json().get("methods")) {
        if (method.has("x-transport")) {
          for (JsonNode example : method.get("examples")) {
            final List<String> values = new ArrayList<>();
            example.get("params").forEach(param -> values.add(param.get("value").toString()));
            socket.request(method.get("name").textValue(), values.toString());
            assertThat(socket.next().has("result")).as(method.get("name").textValue()).isTrue();
          }
        }
      }
    }
  }

  @Test
  void shouldSendWavesAndEventsAsTheyAreCommitted() {
    try (Socket socket = new Socket(port)) {
      assertThat(socket.subscribe("waves", "{\"receipts\":true}").get("cursor").textValue())
          .startsWith("0.");
      wave("alpha", "beta");
      final JsonNode item = socket.item();
      assertThat(item.get("kind").textValue()).isEqualTo("wave");
      assertThat(item.get("wave").get("transaction_count").intValue()).isEqualTo(2);
      assertThat(item.get("wave").get("receipts")).hasSize(2);
      final String id = socket.subscribe("events", "{}").get("subscription").textValue();
      socket.request("pyde_unsubscribe", "[\"s1\"]");
      assertThat(socket.next().get("result").booleanValue()).isTrue();
      wave("gamma");
      final JsonNode message = socket.next();
      assertThat(message.get("params").get("subscription").textValue()).isEqualTo(id);
      assertThat(message.get("params").get("result").get("event").get("data").textValue())
          .isEqualTo("0x67616d6d61");
      assertThat(socket.item().get("kind").textValue()).isEqualTo("caught_up");
    }
  }

  @Test
  void shouldMissNothingAndRepeatNothingWhenResumedFromAnyCursor() {
    final List<String> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      wave("a" + i, "b" + i);
    }
    String cursor = "0.4294967295.4294967295";
    // A new connection for every single event, and waves that come while nobody listens.
    while (all.size() < 14) {
      try (Socket socket = new Socket(port)) {
        socket.subscribe("events", "{\"after\":\"" + cursor + "\"}");
        JsonNode item = socket.item();
        while (!item.get("kind").textValue().equals("event")) {
          item = socket.item();
        }
        cursor = item.get("cursor").textValue();
        all.add(item.get("event").get("wave") + ":" + item.get("event").get("transaction_index"));
      }
      if (all.size() == 3 || all.size() == 7) {
        wave("late" + all.size(), "later" + all.size());
      }
    }
    final List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 7; i++) {
      expected.add(i + ":0");
      expected.add(i + ":1");
    }
    assertThat(all).isEqualTo(expected);

    final List<Integer> waves = new ArrayList<>();
    cursor = "0";
    while (waves.size() < 7) {
      try (Socket socket = new Socket(port)) {
        socket.subscribe("waves", "{\"after\":\"" + cursor + "\"}");
        final JsonNode item = socket.item();
        cursor = item.get("cursor").textValue();
        waves.add(item.get("wave").get("wave").intValue());
      }
    }
    assertThat(waves).containsExactly(1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void shouldSayWhatARollbackTookBackAndRefuseACursorIntoIt() {
    wave("one");
    wave("two");
    try (Socket socket = new Socket(port)) {
      final String stale = socket.subscribe("waves", "{}").get("cursor").textValue();
      node.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(1).build());
      final JsonNode unwound = socket.item();
      assertThat(unwound.get("kind").textValue()).isEqualTo("unwound");
      assertThat(unwound.get("to_wave").intValue()).isEqualTo(1);
      wave = 1;
      wave("another two");
      assertThat(socket.item().get("wave").get("wave").intValue()).isEqualTo(2);
      socket.request("pyde_subscribe", "[\"waves\",{\"after\":\"" + stale + "\"}]");
      assertThat(socket.next().get("error").get("message").textValue()).contains("was undone");
      for (String wrong : List.of("x", "1.2.3", "-1", "99")) {
        socket.request("pyde_subscribe", "[\"waves\",{\"after\":\"" + wrong + "\"}]");
        assertThat(socket.next().get("error").get("code").intValue()).as(wrong).isEqualTo(-32602);
      }
      socket.request("pyde_subscribe", "[\"moons\"]");
      assertThat(socket.next().get("error").get("message").textValue()).contains("waves or events");
    }
  }

  @Test
  void shouldRefuseForeignOriginsBeforeTheUpgrade() {
    assertThatThrownBy(() -> new Socket(port, "https://evil.example"))
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
    new Socket(port, "http://localhost:" + port).close();
  }

  @Test
  void shouldBoundConnectionsSubscriptionsAndMessages() {
    node.close();
    open(
        new SocketLimits(3, Duration.ofSeconds(10), Duration.ofSeconds(20)),
        Map.of(Setting.HTTP_WEBSOCKETS, "2"));
    try (Socket first = new Socket(port);
        Socket second = new Socket(port);
        Socket third = new Socket(port)) {
      assertThat(third.closeStatus()).isEqualTo(1013);
      for (int i = 0; i < 3; i++) {
        first.subscribe("waves", "{}");
      }
      first.request("pyde_subscribe", "[\"events\"]");
      assertThat(first.next().get("error").get("data").get("reason").textValue())
          .isEqualTo("LIMIT_EXCEEDED");
      assertThat(Http.get(port, "/metrics").body())
          .contains("tidemill_websockets 2")
          .contains("tidemill_websocket_subscriptions 3")
          .contains("tidemill_websockets_ended_total{outcome=\"full\"} 1");
      second.sendBinary(new byte[] {1});
      assertThat(second.closeStatus()).isEqualTo(1003);
      first.send(" ".repeat(NodeFacts.MAX_JSON_BODY + 1));
      assertThat(first.closeStatus()).isEqualTo(1009);
    }
  }

  @Test
  void shouldDropAReaderThatDoesNotReadAndServeTheOthers() {
    node.close();
    open(new SocketLimits(4, Duration.ofMillis(300), Duration.ofSeconds(20)), Map.of());
    final String large = "x".repeat(1 << 20);
    try (Socket slow = new Socket(port);
        Socket good = new Socket(port)) {
      slow.subscribe("events", "{}");
      slow.pause();
      good.subscribe("waves", "{}");
      for (int i = 0; i < 24; i++) {
        wave(large + i);
        assertThat(good.item().get("wave").get("wave").intValue()).isEqualTo(i + 1);
      }
      slow.resume();
      assertThat(slow.closeStatus()).isEqualTo(4408);
      assertThat(Http.get(port, "/metrics").body())
          .contains("tidemill_websockets_ended_total{outcome=\"slow\"} 1");
    }
  }

  @Test
  void shouldCloseWithGoingAwayWhenTheNodeStops() {
    try (Socket socket = new Socket(port)) {
      socket.subscribe("waves", "{}");
      node.node.close();
      assertThat(socket.closeStatus()).isEqualTo(1001);
    }
  }
}
