package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Simulations have their own threads and see whole waves: while one is executed they answer from
 * the one before, and never from its middle.
 */
class SimulationWhileExecutingTest {
  /** The wave that a simulation over gRPC starts from. */
  private static long baseOverGrpc(TestNode node, StateRef.Tag tag) {
    return node.execution()
        .simulate(
            SimulateRequest.newBuilder()
                .setBase(StateRef.newBuilder().setTag(tag))
                .addWaves(
                    SimulatedWave.newBuilder()
                        .addCalls(
                            SimulatedCall.newBuilder()
                                .setSpec(
                                    CallSpec.newBuilder()
                                        .setTo(ByteString.copyFrom(new byte[32])))))
                .build())
        .getBase()
        .getWave();
  }

  private static long baseOverHttp(TestNode node) {
    return Http.rpc(
            node.node.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tidemill_simulate\",\"params\":[[{\"calls\":"
                + "[{\"to\":\"0x"
                + "00".repeat(32)
                + "\"}]}]]}")
        .json()
        .at("/result/base/wave")
        .asLong(-1);
  }

  @Test
  void shouldAnswerFromTheWaveBeforeWhileOneIsExecuted() throws InterruptedException {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    try (TestNode node = new TestNode()) {
      node.executor.beforeEach =
          () -> {
            running.countDown();
            try {
              go.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          };
      final ByteString parent = node.parent();
      try (WaveClient client = node.stream()) {
        client.sendAll(TestNode.frames(1, parent, false, "a", "b"));
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 20; i++) {
          assertThat(baseOverGrpc(node, StateRef.Tag.TAG_LATEST)).isZero();
          assertThat(baseOverGrpc(node, StateRef.Tag.TAG_PENDING)).isZero();
          assertThat(baseOverHttp(node)).isZero();
        }
        assertThat(node.executor.executed).as("it is still being executed").hasValue(0);
        go.countDown();
        client.awaitResult();
      }
      Awaitility.await().until(() -> baseOverGrpc(node, StateRef.Tag.TAG_PENDING) == 1);
      assertThat(baseOverHttp(node)).as("executed and not committed").isZero();
    }
  }

  @Test
  void shouldSeeWholeWavesWhileTheyAreCommitted() throws Exception {
    try (DevNode node = new DevNode()) {
      node.deploy(0, 0, "counter", new byte[8]);
      final AtomicBoolean stop = new AtomicBoolean();
      final CompletableFuture<Integer> reader =
          CompletableFuture.supplyAsync(() -> readUntil(node, stop));
      for (int wave = 0; wave < 15; wave++) {
        node.execute(increment(2 * wave + 1), increment(2 * wave + 2));
      }
      stop.set(true);
      assertThat(reader.get(20, TimeUnit.SECONDS)).isPositive();
      assertThat(counter(node)).as("read your own writes").isEqualTo(30);
    }
  }

  private static Transaction increment(long nonce) {
    return DevNode.call(0, nonce, "counter", "increment", new byte[0]);
  }

  /** Every value lies at the end of a wave, and none is older than the one before. */
  private static int readUntil(DevNode node, AtomicBoolean stop) {
    int reads = 0;
    long last = 0;
    while (!stop.get()) {
      final long value = counter(node);
      assertThat(value % 2).as("half a wave was seen").isZero();
      assertThat(value).isGreaterThanOrEqualTo(last);
      last = value;
      reads++;
    }
    return reads;
  }

  /** The counter, a little-endian u64. */
  private static long counter(DevNode node) {
    final String hex =
        node.rpc("pyde_call", "[{\"to\":\"counter\",\"function\":\"get\",\"view\":true}]")
            .textValue();
    return Long.reverseBytes(Long.parseUnsignedLong(hex.substring(2), 16));
  }
}
