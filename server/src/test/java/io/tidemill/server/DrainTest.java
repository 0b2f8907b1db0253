package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.WaveContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are asked to stop in the middle of their work. */
class DrainTest {
  private static final int WAVES = 400;

  @TempDir private Path folder;

  private NodeProcess start() {
    return NodeProcess.start(
        List.of(
            "node",
            "--json",
            "--data-dir",
            folder.resolve("data").toString(),
            "--grpc-port",
            "0",
            "--http-port",
            "-1",
            "--health-port",
            "-1"),
        folder.resolve("node.log"));
  }

  private static TidemillClient client(NodeProcess node) {
    return TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
  }

  private static WaveRequest wave(long wave, ByteString parent) {
    final List<byte[]> transactions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      transactions.add(
          TransactionEncoder.encode(
              DevNode.transaction(
                  i % 5,
                  (wave - 1) * 2 + i / 5,
                  DevNode.user(9),
                  U128.of(1),
                  new byte[0],
                  TransactionType.STANDARD)));
    }
    return WaveRequest.of(
        wave,
        parent,
        WaveContext.newBuilder()
            .setTimestamp(1_700_000_000 + wave)
            .setChainId(31_337)
            .setBeacon(ByteString.copyFrom(new byte[32]))
            .setBaseFee(ByteString.copyFrom(U128.of(1).toBytes()))
            .build(),
        transactions);
  }

  @Test
  void shouldStopOnSigtermInMidStreamAndGoOnFromWhatItAcknowledged() throws Exception {
    final List<ByteString> roots = new ArrayList<>();
    final NodeProcess first = start();
    try (TidemillClient client = client(first);
        WaveStream stream = client.openWaveStream()) {
      roots.add(client.reader().info().getExpectedParentRoot());
      final Thread stopper = Thread.ofVirtual().unstarted(first::close);
      for (int i = 1; i <= WAVES; i++) {
        if (i == 20) {
          stopper.start();
        }
        try {
          roots.add(stream.execute(wave(i, roots.getLast()).committed()).root());
        } catch (RuntimeException drained) {
          break;
        }
      }
      stopper.join();
    }
    final int acknowledged = roots.size() - 1;
    assertThat(acknowledged).isBetween(19, WAVES - 1);

    try (NodeProcess second = start();
        TidemillClient client = client(second);
        WaveStream stream = client.openWaveStream()) {
      final GetInfoResponse info = client.reader().info();
      // One more may have become durable without its answer arriving: sent again, it is stored.
      assertThat(info.getHead().getWave()).isBetween((long) acknowledged, acknowledged + 1L);
      if (info.getHead().getWave() == acknowledged) {
        assertThat(info.getHead().getRoot().getBlake3()).isEqualTo(roots.getLast());
      }
      final WaveOutcome again = stream.execute(wave(acknowledged + 1, roots.getLast()).committed());
      assertThat(client.reader().info().getHead().getWave()).isEqualTo(acknowledged + 1);
      final WaveOutcome next = stream.execute(wave(acknowledged + 2, again.root()).committed());
      assertThat(next.receipts())
          .hasSize(10)
          .allSatisfy(receipt -> assertThat(receipt.getNonceConsumed()).isTrue());
    }
  }

  @Test
  void shouldEndStreamsAndSubscriptionsWhenTheNodeDrains() throws InterruptedException {
    try (TestNode node = new TestNode();
        WaveClient idle = node.stream()) {
      idle.sendAll(TestNode.frames(1, node.parent(), true, "alpha"));
      idle.awaitResult();
      final var waves =
          node.execution()
              .subscribeWaves(SubscribeWavesRequest.newBuilder().setFromWave(1).build());
      assertThat(waves.next()).isNotNull();
      final Thread closing = Thread.ofVirtual().start(node.node::close);
      assertThatThrownBy(idle::next)
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("shutting down");
      assertThatThrownBy(
              () -> {
                while (waves.hasNext()) {
                  waves.next();
                }
              })
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("shutting down");
      assertThat(closing.join(Duration.ofSeconds(15))).isTrue();
    }
  }
}
