package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.Socket;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that ask for everything and read nothing, against a node with 64 MiB of heap. */
class SmallHeapTest {
  private static final int WAVES = 120;
  private static final int FOLLOWERS = 12;

  /** Three times this, in 120 waves for 12 followers: more than ten times what the node has. */
  private static final int PAYLOAD = 256 << 10;

  @TempDir private Path folder;

  @Test
  void shouldStayWithinItsMemoryWhenNobodyReads() {
    try (NodeProcess node =
        NodeProcess.start(
            List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError"),
            SmallNode.class.getName(),
            List.of(),
            folder.resolve("node.log"))) {
      final ManagedChannel deaf = channel(node);
      final ManagedChannel good = channel(node);
      for (int i = 0; i < FOLLOWERS; i++) {
        follow(deaf);
      }
      final List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        final Socket socket = new Socket(node.httpPort());
        socket.subscribe("events", "{}");
        socket.pause();
        sockets.add(socket);
      }
      try (WaveClient client = new WaveClient(good, true)) {
        ByteString parent = info(good);
        for (int wave = 1; wave <= WAVES; wave++) {
          client.sendAll(frames(wave, parent));
          parent = client.awaitResult().result().getSummary().getRoot().getBlake3();
        }
      }
      assertThat(node.isAlive()).isTrue();
      assertThat(Http.metric(node.httpPort(), "tidemill_head_wave")).isEqualTo(WAVES);
      sockets.forEach(Socket::close);
      deaf.shutdownNow();
      good.shutdownNow();
    }
  }

  /** A wave whose receipts, events and diff have {@link #PAYLOAD} bytes each. */
  private static List<ExecuteWaveRequest> frames(int wave, ByteString parent) {
    final String[] transactions =
        IntStream.range(0, 16)
            .mapToObj(i -> "x".repeat(PAYLOAD / 16) + wave + "." + i)
            .toArray(String[]::new);
    return TestNode.frames(wave, parent, true, transactions);
  }

  private static ManagedChannel channel(NodeProcess node) {
    return NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort())
        .maxInboundMessageSize(16 << 20)
        .usePlaintext()
        .build();
  }

  private static ByteString info(ManagedChannel channel) {
    return ExecutionServiceGrpc.newBlockingStub(channel)
        .getInfo(io.tidemill.v1.GetInfoRequest.getDefaultInstance())
        .getExpectedParentRoot();
  }

  private static void follow(ManagedChannel channel) {
    ExecutionServiceGrpc.newStub(channel)
        .subscribeWaves(
            SubscribeWavesRequest.newBuilder()
                .setFromWave(1)
                .setWantReceipts(true)
                .setWantStateDiff(true)
                .build(),
            new ClientResponseObserver<SubscribeWavesRequest, SubscribeWavesResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<SubscribeWavesRequest> call) {
                call.disableAutoRequestWithInitial(0);
              }

              @Override
              public void onNext(SubscribeWavesResponse frame) {}

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onCompleted() {}
            });
  }
}
