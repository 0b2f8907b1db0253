package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetInfoRequest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A wave that takes for ever keeps no reader waiting: every answer comes while it is executed. */
class ReadsDuringExecutionTest {
  private static final String ZERO = "0x" + "00".repeat(32);

  private final TestNode node = new TestNode();

  @AfterEach
  void close() {
    node.close();
  }

  private JsonNode rpc(String method, String params) {
    final JsonNode answer =
        Http.rpc(
                node.node.httpPort(),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                    + method
                    + "\",\"params\":"
                    + params
                    + "}")
            .json();
    assertThat(answer.has("result")).as(method + ": " + answer).isTrue();
    return answer.get("result");
  }

  @Test
  void shouldAnswerReadsAndSimulationsWhileAWaveIsExecuted() throws InterruptedException {
    try (WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(1, node.parent(), true, "one"));
      client.awaitResult();
    }
    final CountDownLatch begun = new CountDownLatch(1);
    final Semaphore held = new Semaphore(0);
    node.executor.beforeEach =
        () -> {
          begun.countDown();
          held.acquireUninterruptibly();
        };
    try (WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(2, node.parent(), true, "two"));
      begun.await();
      for (int i = 0; i < 20; i++) {
        assertThat(
                node.execution().getInfo(GetInfoRequest.getDefaultInstance()).getHead().getWave())
            .isEqualTo(1);
        node.state()
            .getAccount(
                GetAccountRequest.newBuilder()
                    .setAddress(ByteString.copyFrom(new byte[32]))
                    .build());
        assertThat(rpc("pyde_waveNumber", "[]").intValue()).isEqualTo(1);
        assertThat(rpc("pyde_getBalance", "[\"" + ZERO + "\"]").textValue()).isEqualTo("0");
        assertThat(rpc("pyde_getWave", "[1,true]").get("receipts")).hasSize(1);
        assertThat(rpc("pyde_getLogs", "[{}]").get("events")).hasSize(1);
        rpc("pyde_getProof", "[\"" + ZERO + "\"]");
        assertThat(
                rpc(
                        "pyde_simulateTransaction",
                        "{\"transaction\":{\"from\":\""
                            + ZERO
                            + "\",\"to\":\"0x"
                            + "11".repeat(32)
                            + "\"}}")
                    .get("status")
                    .textValue())
            .isEqualTo("success");
      }
      assertThat(node.executor.executed.get()).as("the wave is still executed").isEqualTo(1);
      held.release(1_000);
      assertThat(client.awaitResult().receipts()).hasSize(1);
    }
    assertThat(List.of(rpc("pyde_waveNumber", "[]").intValue())).containsExactly(2);
  }
}
