package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is started again has its modules before it is ready, from the disk if it can. */
class WarmRestartTest {
  @TempDir private Path folder;

  private TidemillNode start() {
    return TidemillNode.start(TestNode.config(Map.of(Setting.DATA_DIR, folder.toString())));
  }

  private static ManagedChannel channel(TidemillNode node) {
    return NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort()).usePlaintext().build();
  }

  @Test
  void shouldTakeCompiledModulesFromDiskBeforeItIsReadyAndDoWithoutThem() throws IOException {
    try (TidemillNode first = start()) {
      final ManagedChannel channel = channel(first);
      DevNode.execute(channel, List.of(TokenWaves.deploy()));
      DevNode.execute(channel, TokenWaves.transfers(1, 1));
      channel.shutdownNow();
    }
    final Path artifact;
    try (Stream<Path> files = Files.list(folder.resolve("artifacts"))) {
      artifact =
          files.filter(file -> file.toString().endsWith(".artifact")).findFirst().orElseThrow();
    }
    expectAfterRestart(1, 0, 2);
    final byte[] damaged = Files.readAllBytes(artifact);
    damaged[damaged.length / 2] ^= 1;
    Files.write(artifact, damaged);
    expectAfterRestart(0, 1, 3);
    expectAfterRestart(1, 0, 4);
    Files.delete(artifact);
    expectAfterRestart(0, 0, 5);
  }

  /** The module is ready when the node is, wherever it came from, and works. */
  private void expectAfterRestart(long loaded, long damaged, long nonce) {
    try (TidemillNode node = start()) {
      final int http = node.httpPort();
      assertThat(Http.metric(http, "tidemill_modules")).isEqualTo(1);
      assertThat(Http.metric(http, "tidemill_artifacts_loaded")).isEqualTo(loaded);
      assertThat(Http.metric(http, "tidemill_artifacts_damaged")).isEqualTo(damaged);
      final ManagedChannel channel = channel(node);
      assertThat(DevNode.execute(channel, TokenWaves.transfers(nonce, 1)).receipts())
          .allSatisfy(receipt -> assertThat(receipt.getEventsList()).hasSize(1));
      assertThat(Http.metric(http, "tidemill_modules_misses"))
          .as("made at the start only")
          .isEqualTo(1);
      channel.shutdownNow();
    }
  }
}
