package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.state.hash.Blake3;
import io.tidemill.v1.ExecuteWaveResponse.FrameCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are killed, in processes of their own, against one that never was. */
class NodeDeathTest {
  private static final int TRANSFERS = 600;

  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private Path log() {
    return folder.resolve("node.log");
  }

  private NodeProcess start() {
    return NodeProcess.start(
        List.of(
            "node",
            "--data-dir",
            data().toString(),
            "--grpc-port=0",
            "--http-port=0",
            "--health-port=-1",
            "--json"),
        log());
  }

  private NodeProcess startPoisoned() {
    return NodeProcess.start(
        PoisonedNode.class.getName(),
        List.of(data().toString(), Blake3.hash(TokenWaves.wasm()).toHex()),
        log());
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** What a node answers that nobody kills: to the deploy, and to the transfers. */
  private List<WaveClient.Answer> undisturbed(List<Transaction> transfers) {
    try (TidemillNode node =
        TidemillNode.start(
            TestNode.config(Map.of(Setting.DATA_DIR, folder.resolve("undisturbed").toString())))) {
      final ManagedChannel channel = channel(node.grpcPort());
      try {
        return List.of(
            DevNode.execute(channel, List.of(TokenWaves.deploy())),
            DevNode.execute(channel, transfers));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void shouldAnswerTheSameAfterItWasKilledInMidWave() throws IOException {
    final List<Transaction> transfers = TokenWaves.transfers(1, TRANSFERS);
    final List<WaveClient.Answer> expected = undisturbed(transfers);
    try (NodeProcess first = start()) {
      final ManagedChannel channel = channel(first.grpcPort());
      DevNode.execute(channel, List.of(TokenWaves.deploy()));
      final WaveClient client = new WaveClient(channel, true);
      client.sendAll(DevNode.next(channel, false, transfers));
      client.await(FrameCase.RECEIPTS);
      first.kill();
      channel.shutdownNow();
    }
    try (NodeProcess second = start()) {
      final ManagedChannel channel = channel(second.grpcPort());
      assertThat(Http.metric(second.httpPort(), "tidemill_replay_active")).isEqualTo(1);
      assertThat(DevNode.execute(channel, transfers)).isEqualTo(expected.get(1));
      assertThat(Http.metric(second.httpPort(), "tidemill_replay_active")).isZero();
      assertThat(Http.metric(second.httpPort(), "tidemill_replay_waves")).isEqualTo(1);
      assertThat(Http.metric(second.httpPort(), "tidemill_artifacts_loaded"))
          .as("nothing was loaded while it replayed")
          .isZero();
      // From here on the compiled token is used again.
      DevNode.execute(channel, TokenWaves.transfers(TRANSFERS + 1, 1));
      assertThat(Http.metric(second.httpPort(), "tidemill_artifacts_loaded")).isEqualTo(1);
      channel.shutdownNow();
    }
    assertThat(Files.readString(log()))
        .contains("safe replay: the node died while wave 2 was not durable")
        .contains("safe replay: wave 2 ran on the reference interpreter");
  }

  @Test
  void shouldGetPastAModuleThatKillsItWheneverItIsCompiled() throws IOException {
    final List<WaveClient.Answer> expected = undisturbed(TokenWaves.transfers(1, 1));
    try (NodeProcess first = startPoisoned()) {
      // The deploy compiles the module.
      expectDeath(first, List.of(TokenWaves.deploy()));
    }
    try (NodeProcess second = startPoisoned()) {
      final ManagedChannel channel = channel(second.grpcPort());
      assertThat(DevNode.execute(channel, List.of(TokenWaves.deploy()))).isEqualTo(expected.get(0));
      channel.shutdownNow();
      expectDeath(second, TokenWaves.transfers(1, 1));
    }
    try (NodeProcess third = startPoisoned()) {
      final ManagedChannel channel = channel(third.grpcPort());
      assertThat(DevNode.execute(channel, TokenWaves.transfers(1, 1))).isEqualTo(expected.get(1));
      // Two deaths so close put two waves on the interpreter.
      assertThat(DevNode.execute(channel, TokenWaves.transfers(2, 1)).receipts()).hasSize(1);
      channel.shutdownNow();
      expectDeath(third, TokenWaves.transfers(3, 1));
    }
    assertThat(Files.readString(log())).contains("waves up to 1 ", "waves up to 3 ");
  }

  private static void expectDeath(NodeProcess node, List<Transaction> wave) {
    final ManagedChannel channel = channel(node.grpcPort());
    final WaveClient client = new WaveClient(channel, true);
    client.sendAll(DevNode.next(channel, true, wave));
    assertThatThrownBy(client::awaitResult).isInstanceOf(StatusRuntimeException.class);
    channel.shutdownNow();
  }
}
