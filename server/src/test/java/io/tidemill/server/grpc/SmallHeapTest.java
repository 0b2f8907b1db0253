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
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
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

  private static final int HTTP_MEMORY = 48 << 20;

  /**
   * Bodies that never end, bodies that are large trees, deep ones, and batches whose answers nobody
   * reads, each many times what the node has.
   */
  @Test
  void shouldStayWithinItsMemoryUnderHostileHttp() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            List.of("-Xmx192m", "-XX:+ExitOnOutOfMemoryError"),
            SmallNode.class.getName(),
            List.of(),
            folder.resolve("node.log"))) {
      final ManagedChannel channel = channel(node);
      try (WaveClient client = new WaveClient(channel, true)) {
        client.sendAll(frames(1, info(channel)));
        client.awaitResult();
      }
      final int port = node.httpPort();
      final byte[] tree = ("[" + "[],".repeat(349_000) + "[]]").getBytes(StandardCharsets.US_ASCII);
      final byte[] deep = ("[".repeat(500_000)).getBytes(StandardCharsets.US_ASCII);
      final byte[] batch =
          ("[" + String.join(",", Collections.nCopies(100, LOGS)) + "]")
              .getBytes(StandardCharsets.US_ASCII);
      final List<java.net.Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        sockets.add(unread(port, tree, tree.length - 1));
      }
      for (int i = 0; i < 24; i++) {
        sockets.add(unread(port, tree, tree.length));
        sockets.add(unread(port, deep, deep.length));
        sockets.add(unread(port, batch, batch.length));
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                assertThat(Http.metric(port, "tidemill_http_memory"))
                    .isBetween(1L, (long) HTTP_MEMORY);
                assertThat(Http.rpc(port, CHAIN_ID).json().get("result").intValue())
                    .isEqualTo(31_337);
              });
      for (java.net.Socket socket : sockets) {
        socket.close();
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Http.metric(port, "tidemill_http_memory") == 0);
      assertThat(Http.rpc(port, LOGS).json().at("/result/events").isEmpty()).isFalse();
      assertThat(node.isAlive()).isTrue();
      channel.shutdownNow();
    }
  }

  private static final String CHAIN_ID =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_chainId\"}";

  private static final String LOGS =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_getLogs\",\"params\":[{}]}";

  /** A connection that announces all of {@code body}, sends a part of it, and reads nothing. */
  private static java.net.Socket unread(int port, byte[] body, int part) throws IOException {
    final java.net.Socket socket = new java.net.Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    final OutputStream out = socket.getOutputStream();
    try {
      out.write(
          ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Content-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write(body, 0, part);
    } catch (IOException refused) {
      // The node has answered before it had read everything.
    }
    return socket;
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
