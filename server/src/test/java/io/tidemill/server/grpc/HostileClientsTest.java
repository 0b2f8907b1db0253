package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.tidemill.server.testing.RawHttp2;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveTransaction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that mean harm, over real sockets: each gets its error, and the node serves on. */
class HostileClientsTest {
  private static final String INFO = "tidemill.v1.ExecutionService/GetInfo";
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  private TestNode node;
  private int wave = 1;

  @BeforeEach
  void open() {
    node = new TestNode();
  }

  @AfterEach
  void shouldServeOn() {
    node.execute(wave, "alpha");
    assertThat(node.execution().getInfo(GetInfoRequest.getDefaultInstance()).getExpectedWave())
        .isEqualTo(wave + 1);
    node.close();
  }

  private byte[] raw(String method, byte[] message) {
    return ClientCalls.blockingUnaryCall(
        node.channel,
        MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build(),
        CallOptions.DEFAULT,
        message);
  }

  private static void shouldFail(Runnable call, Status.Code code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status ->
                assertThat(status.getStatus().getCode()).as(status.toString()).isEqualTo(code));
  }

  @Test
  void shouldRefuseAMessageThatIsTooLarge() {
    final SimulateRequest large =
        SimulateRequest.newBuilder()
            .setBase(
                io.tidemill.v1.StateRef.newBuilder()
                    .setRoot(ByteString.copyFrom(new byte[5 << 20])))
            .build();
    shouldFail(() -> node.execution().simulate(large), Status.Code.INVALID_ARGUMENT);
    assertThatThrownBy(() -> node.execution().simulate(large))
        .hasMessageContaining("bytes of a message")
        .hasMessageContaining(Integer.toString(4 << 20));
  }

  @Test
  void shouldRefuseAFrameOfAWaveThatIsTooLarge() {
    try (WaveClient client = node.stream()) {
      client.send(TestNode.header(1, node.parent()));
      client.send(
          ExecuteWaveRequest.newBuilder()
              .setTransactions(
                  TransactionChunk.newBuilder()
                      .addTransactions(
                          WaveTransaction.newBuilder()
                              .setTransaction(ByteString.copyFrom(new byte[5 << 20]))))
              .build());
      shouldFail(client::awaitResult, Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void shouldRefuseHeadersThatAreTooLarge() {
    final Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-much", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(16 * 1024));
    assertThatThrownBy(
            () ->
                node.execution()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .getInfo(GetInfoRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void shouldRefuseUnknownMethodsAndMessagesThatAreNone() {
    shouldFail(
        () -> raw("tidemill.v1.ExecutionService/Format", new byte[0]), Status.Code.UNIMPLEMENTED);
    shouldFail(() -> raw("a.b.C/D", new byte[0]), Status.Code.UNIMPLEMENTED);
    shouldFail(
        () -> raw("tidemill.v1.ExecutionService/Simulate", new byte[] {(byte) 0xff, 1, 2}),
        Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void shouldCutOffAClientThatResetsAllItsCalls() throws IOException {
    try (RawHttp2 client = new RawHttp2(node.node.grpcPort())) {
      final byte[] call = RawHttp2.call(INFO);
      try {
        for (int i = 0; i < 20_000; i++) {
          client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, call);
          client.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
        }
      } catch (IOException closed) {
        // The server did not wait for all of them.
      }
      assertThat(client.awaitGoodbye()).isIn(RawHttp2.ENHANCE_YOUR_CALM, -1);
    }
  }

  @Test
  void shouldCutOffAClientThatPingsWithoutEnd() throws IOException {
    try (RawHttp2 client = new RawHttp2(node.node.grpcPort())) {
      try {
        for (int i = 0; i < 20_000; i++) {
          client.frame(RawHttp2.PING, 0, 0, new byte[8]);
        }
      } catch (IOException closed) {
        // The server did not wait for all of them.
      }
      assertThat(client.awaitGoodbye()).isIn(RawHttp2.ENHANCE_YOUR_CALM, -1);
    }
  }

  @Test
  void shouldCutOffHeadersThatNeverEnd() throws IOException {
    try (RawHttp2 client = new RawHttp2(node.node.grpcPort())) {
      try {
        client.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.call(INFO));
        for (int i = 0; i < 20_000; i++) {
          client.frame(RawHttp2.CONTINUATION, 0, 1, RawHttp2.call("x".repeat(100)));
        }
      } catch (IOException closed) {
        // The server did not wait for all of them.
      }
      assertThat(client.awaitGoodbye()).isNotZero();
    }
  }

  @Test
  void shouldBearConnectionsThatSayNothingHalfOrNonsense() throws IOException {
    final List<Socket> sockets = new ArrayList<>();
    final List<RawHttp2> halves = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sockets.add(new Socket("127.0.0.1", node.node.grpcPort()));
      final RawHttp2 half = new RawHttp2(node.node.grpcPort());
      half.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(INFO));
      halves.add(half);
    }
    for (int i = 0; i < 50; i++) {
      sockets
          .get(i)
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    node.execute(wave++, "beta");
    for (Socket socket : sockets) {
      socket.close();
    }
    for (RawHttp2 half : halves) {
      half.close();
    }
  }

  @Test
  void shouldBearFollowersThatNeverRead() {
    final List<ClientCallStreamObserver<SubscribeWavesRequest>> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ExecutionServiceGrpc.newStub(node.channel)
          .subscribeWaves(
              SubscribeWavesRequest.getDefaultInstance(),
              new ClientResponseObserver<SubscribeWavesRequest, SubscribeWavesResponse>() {
                @Override
                public void beforeStart(ClientCallStreamObserver<SubscribeWavesRequest> call) {
                  call.disableAutoRequestWithInitial(0);
                  calls.add(call);
                }

                @Override
                public void onNext(SubscribeWavesResponse frame) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
              });
    }
    for (int i = 0; i < 20; i++) {
      node.execute(wave++, "gamma " + "x".repeat(10_000));
    }
    calls.forEach(call -> call.cancel("enough", null));
  }
}
