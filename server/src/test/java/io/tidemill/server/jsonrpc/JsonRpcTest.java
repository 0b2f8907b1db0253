package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRpcTest {
  private static TestNode node;
  private static int port;

  @BeforeAll
  static void open() {
    node = new TestNode(Map.of(Setting.HTTP_CORS_ORIGINS, "https://wallet.example"));
    port = node.node.httpPort();
    node.execute(1, "alpha", "beta");
    node.execute(2, "gamma");
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static JsonNode rpc(String body) {
    final Http.Answer answer = Http.rpc(port, body);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain("Exception").doesNotContain("\tat ");
    return answer.json();
  }

  private static String call(String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
  }

  private static JsonNode result(String method, String params) {
    final JsonNode answer = rpc(call(method, params));
    assertThat(answer.get("error")).as(answer.toString()).isNull();
    return answer.get("result");
  }

  @Test
  void shouldSayWhatTheNodeIs() {
    final JsonNode info = result("tidemill_getInfo", "[]");
    assertThat(info.get("chain_id").intValue()).isEqualTo(31_337);
    assertThat(info.get("state").textValue()).isEqualTo("serving");
    assertThat(info.get("head").get("wave").intValue()).isEqualTo(1);
    assertThat(info.get("expected_wave").intValue()).isEqualTo(3);
  }

  @Test
  void shouldReadWavesReceiptsAndEvents() {
    final JsonNode wave = result("pyde_getWave", "{\"wave\":1,\"receipts\":true}");
    assertThat(wave.get("receipts")).hasSize(2);
    final String hash = wave.get("transactions").get(0).textValue();
    assertThat(result("pyde_getTransactionReceipt", "[\"" + hash + "\"]"))
        .isEqualTo(wave.get("receipts").get(0));
    final JsonNode logs = result("pyde_getLogs", "[{\"from_wave\":0,\"limit\":1}]");
    assertThat(logs.get("events")).hasSize(1);
    final JsonNode more =
        result("pyde_getLogs", "[{\"after\":\"" + logs.get("next").textValue() + "\"}]");
    assertThat(more.get("events")).hasSize(1);
    assertThat(more.get("next").isNull()).isTrue();
    assertThat(result("pyde_getAccount", "[\"0x" + "00".repeat(32) + "\"]").isNull()).isTrue();
    assertThat(result("pyde_waveNumber", "[]").intValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                               | -32700
          nonsense                                                        | -32700
          {"jsonrpc":"2.0","id":1,"method":"pyde_chainId"} trailing       | -32700
          {"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"pyde_chainId"}| -32700
          {"jsonrpc":"2.0","id":1,"method":"pyde_chainId","x":1e999999999999999999999} | -32700
          []                                                              | -32600
          3                                                               | -32600
          "text"                                                          | -32600
          null                                                            | -32600
          {}                                                              | -32600
          {"jsonrpc":"1.0","id":1,"method":"pyde_chainId"}                | -32600
          {"jsonrpc":"2.0","id":1}                                        | -32600
          {"jsonrpc":"2.0","id":1,"method":7}                             | -32600
          {"jsonrpc":"2.0","id":{},"method":"pyde_chainId"}               | -32600
          {"jsonrpc":"2.0","id":[1],"method":"pyde_chainId"}              | -32600
          {"jsonrpc":"2.0","id":1.5,"method":"pyde_chainId"}              | -32600
          {"jsonrpc":"2.0","id":true,"method":"pyde_chainId"}             | -32600
          {"jsonrpc":"2.0","id":1,"method":"pyde_chainId","params":3}     | -32600
          {"jsonrpc":"2.0","id":1,"method":"pyde_chainId","params":null}  | -32600
          {"jsonrpc":"2.0","id":1,"method":"eth_call","params":[]}        | -32601
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount"}             | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":[7]}| -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":["0x12"]} | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":["0xzz"]} | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":{"acount":1}} | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_chainId","params":[1]}   | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getWave","params":[-1]}  | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getWave","params":[1.5]} | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getWave","params":[340282366920938463463374607431768211456]} | -32602
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":["nobody"]} | -32002
          {"jsonrpc":"2.0","id":1,"method":"pyde_getAccount","params":["nobody",99]} | -32003
          """)
  void shouldGiveTheRightErrorForAMalformedRequest(String body, int code) {
    final JsonNode answer = rpc(body);
    assertThat(answer.get("jsonrpc").textValue()).isEqualTo("2.0");
    assertThat(answer.get("error").get("code").intValue()).as(answer.toString()).isEqualTo(code);
    assertThat(answer.get("error").get("message").textValue()).isNotBlank();
    assertThat(answer.has("id")).isTrue();
  }

  @Test
  void shouldEchoEveryKindOfId() {
    assertThat(
            rpc("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"pyde_chainId\"}")
                .get("id")
                .textValue())
        .isEqualTo("a");
    assertThat(
            rpc("{\"jsonrpc\":\"2.0\",\"id\":12345678901234567890,\"method\":\"pyde_chainId\"}")
                .get("id")
                .toString())
        .isEqualTo("12345678901234567890");
    assertThat(
            rpc("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"pyde_chainId\"}").get("id").isNull())
        .isTrue();
  }

  @Test
  void shouldAnswerABatchInOrderAndLeaveNotificationsOut() {
    final JsonNode answers =
        rpc(
            "["
                + call("pyde_chainId", "[]")
                + ",{\"jsonrpc\":\"2.0\",\"method\":\"pyde_chainId\"},[1],"
                + call("nothing", "[]")
                + "]");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).get("result").intValue()).isEqualTo(31_337);
    assertThat(answers.get(1).get("error").get("code").intValue()).isEqualTo(-32600);
    assertThat(answers.get(2).get("error").get("code").intValue()).isEqualTo(-32601);
  }

  @Test
  void shouldAnswerNothingToNotificationsAlone() {
    final Http.Answer answer =
        Http.rpc(port, "[{\"jsonrpc\":\"2.0\",\"method\":\"pyde_chainId\"}]");
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void shouldRefuseABatchOfMoreThanAHundred() {
    final String many =
        IntStream.range(0, 101)
            .mapToObj(i -> call("pyde_chainId", "[]"))
            .collect(Collectors.joining(",", "[", "]"));
    assertThat(rpc(many).get("error").get("code").intValue()).isEqualTo(-32005);
    assertThat(rpc("[" + "1,".repeat(100_000) + "1]").get("error").get("code").intValue())
        .isEqualTo(-32005);
  }

  @Test
  void shouldRefuseDeepNestingAndLargeBodies() {
    final String deep = "[".repeat(33) + "]".repeat(33);
    assertThat(rpc(deep).get("error").get("code").intValue()).isEqualTo(-32005);
    assertThat(rpc("[".repeat(100_000)).get("error").get("code").intValue()).isEqualTo(-32005);
    final Http.Answer large = Http.rpc(port, "\"" + "x".repeat((1 << 20) + 1) + "\"");
    assertThat(large.status()).isEqualTo(413);
  }

  @Test
  void shouldRefuseOtherContentTypesHostsAndOrigins() {
    final byte[] body = call("pyde_chainId", "[]").getBytes(StandardCharsets.UTF_8);
    assertThat(Http.post(port, body, "Content-Type: text/plain\r\n").status()).isEqualTo(415);
    assertThat(Http.post(port, body, "").status()).isEqualTo(415);
    final String json = "Content-Type: application/json\r\n";
    assertThat(Http.post(port, body, json + "Origin: https://evil.example\r\n").status())
        .isEqualTo(403);
    final Http.Answer allowed = Http.post(port, body, json + "Origin: https://wallet.example\r\n");
    assertThat(allowed.status()).isEqualTo(200);
    assertThat(allowed.head()).contains("Access-Control-Allow-Origin: https://wallet.example");
    final String rebound =
        "POST / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
            + json
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    assertThat(Http.send(port, rebound.getBytes(StandardCharsets.UTF_8), body).status())
        .isEqualTo(403);
  }

  @Test
  void shouldServeHealthAndMetrics() {
    assertThat(Http.get(port, "/readyz").json().get("state").textValue()).isEqualTo("serving");
    assertThat(Http.get(port, "/livez").status()).isEqualTo(200);
    final String metrics = Http.get(port, "/metrics").body();
    assertThat(metrics)
        .contains("tidemill_head_wave 1")
        .contains("tidemill_wave_stage_seconds_bucket");
    assertThat(Http.get(port, "/nothing").status()).isEqualTo(404);
  }

  @Test
  void shouldAnswerMutatedRequestsWithWellFormedJson() {
    final long seed = Long.getLong("tidemill.seed", 20_261_121L);
    final Random random = new Random(seed);
    final int cases = Integer.getInteger("tidemill.cases", 300);
    final byte[] good =
        call("pyde_getLogs", "[{\"from_wave\":0,\"topics\":[null,[]],\"limit\":10}]")
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < cases; i++) {
      final byte[] mutated = good.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) (32 + random.nextInt(95));
      }
      final Http.Answer answer = Http.post(port, mutated, "Content-Type: application/json\r\n");
      final String context =
          "seed " + seed + " case " + i + ": " + new String(mutated, StandardCharsets.UTF_8);
      assertThat(answer.status()).as(context).isIn(200, 204);
      if (answer.status() == 200) {
        assertThat(answer.json().has("jsonrpc") || answer.json().isArray()).as(context).isTrue();
      }
    }
  }
}
