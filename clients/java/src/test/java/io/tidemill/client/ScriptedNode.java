package io.tidemill.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.CommitWaveResponse;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptChunk;
import io.tidemill.v1.ResendTransactions;
import io.tidemill.v1.StateRoot;
import io.tidemill.v1.WaveAbort;
import io.tidemill.v1.WaveAccepted;
import io.tidemill.v1.WaveRef;
import io.tidemill.v1.WaveResult;
import io.tidemill.v1.WaveSummary;
import io.tidemill.v1.WaveTransaction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node that follows the protocol without executing anything, and misbehaves when told to. It
 * serves one test, with a client that gives up quickly.
 */
final class ScriptedNode extends ExecutionServiceGrpc.ExecutionServiceImplBase
    implements BeforeEachCallback, AfterEachCallback {
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private Server server;
  private TidemillClient client;

  /** How many streams to break before they answer. */
  volatile int breakStreams;

  /** Whether to lose the first chunk and ask for it. */
  volatile boolean loseFirstChunk;

  /** How many reads to refuse as busy. */
  volatile int busyReads;

  /** A reason to refuse every header with. */
  volatile String refuse = "";

  /** A reason to abort every wave with. */
  volatile String abort = "";

  volatile long head;
  final List<Integer> chunkSizes = new ArrayList<>();
  final List<WaveTransaction> received = new ArrayList<>();
  volatile int streams;

  /** The parent root of every header, in order. */
  final List<ByteString> parents = new CopyOnWriteArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(this)
            .build()
            .start();
    client =
        TidemillClient.connect(
            ClientOptions.plaintext("127.0.0.1", server.getPort()).withRetries(QUICK));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    client.close();
    server.shutdownNow();
  }

  /** A client of this node. */
  TidemillClient client() {
    return client;
  }

  static StatusRuntimeException error(Code code, String reason, Map<String, String> metadata) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("tidemill.io")
            .setReason(reason)
            .putAllMetadata(metadata)
            .build();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage("as scripted")
            .addDetails(Any.pack(info))
            .build());
  }

  @Override
  public void getInfo(GetInfoRequest request, StreamObserver<GetInfoResponse> answer) {
    if (busyReads > 0) {
      busyReads--;
      answer.onError(error(Code.RESOURCE_EXHAUSTED, "QUEUE_FULL", Map.of("queue", "reads")));
      return;
    }
    answer.onNext(
        GetInfoResponse.newBuilder()
            .setHead(WaveRef.newBuilder().setWave(head))
            .setExpectedWave(head + 1)
            .build());
    answer.onCompleted();
  }

  @Override
  public void commitWave(CommitWaveRequest request, StreamObserver<CommitWaveResponse> answer) {
    head = request.getWave();
    answer.onNext(
        CommitWaveResponse.newBuilder().setHead(WaveRef.newBuilder().setWave(head)).build());
    answer.onCompleted();
  }

  @Override
  public StreamObserver<ExecuteWaveRequest> executeWave(StreamObserver<ExecuteWaveResponse> out) {
    streams++;
    return new Script(out);
  }

  /** One stream. */
  private final class Script implements StreamObserver<ExecuteWaveRequest> {
    private final StreamObserver<ExecuteWaveResponse> out;

    private long wave;

    Script(StreamObserver<ExecuteWaveResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(ExecuteWaveRequest frame) {
      switch (frame.getFrameCase()) {
        case HEADER -> header(frame);
        case TRANSACTIONS -> {
          chunkSizes.add(frame.getTransactions().getSerializedSize());
          if (loseFirstChunk) {
            loseFirstChunk = false;
          } else if (frame.getTransactions().getFirstIndex() == received.size()) {
            received.addAll(frame.getTransactions().getTransactionsList());
          }
        }
        case END -> end(frame.getEnd().getTransactionCount());
        default -> throw new IllegalStateException("unexpected frame");
      }
    }

    private void header(ExecuteWaveRequest frame) {
      wave = frame.getHeader().getWave();
      parents.add(frame.getHeader().getParentRoot());
      received.clear();
      if (!refuse.isEmpty()) {
        out.onError(error(Code.OUT_OF_RANGE, refuse, Map.of("wave", "9", "expected_wave", "1")));
        return;
      }
      send(ExecuteWaveResponse.newBuilder().setAccepted(WaveAccepted.newBuilder().setWave(wave)));
    }

    private void end(int count) {
      if (breakStreams > 0) {
        breakStreams--;
        out.onError(error(Code.UNAVAILABLE, "NODE_DRAINING", Map.of()));
        return;
      }
      if (received.size() < count) {
        send(
            ExecuteWaveResponse.newBuilder()
                .setResend(
                    ResendTransactions.newBuilder().setWave(wave).setFromIndex(received.size())));
        return;
      }
      if (!abort.isEmpty()) {
        send(
            ExecuteWaveResponse.newBuilder()
                .setAbort(WaveAbort.newBuilder().setWave(wave).setReason(abort)));
        return;
      }
      for (int i = 0; i < count; i++) {
        send(
            ExecuteWaveResponse.newBuilder()
                .setReceipts(
                    ReceiptChunk.newBuilder()
                        .setWave(wave)
                        .setFirstIndex(i)
                        .addReceipts(Receipt.newBuilder().setWave(wave).setTransactionIndex(i))));
      }
      send(
          ExecuteWaveResponse.newBuilder()
              .setResult(
                  WaveResult.newBuilder()
                      .setSummary(
                          WaveSummary.newBuilder()
                              .setWave(wave)
                              .setRoot(
                                  StateRoot.newBuilder()
                                      .setBlake3(ByteString.copyFrom(new byte[32]))))));
    }

    private void send(ExecuteWaveResponse.Builder frame) {
      out.onNext(frame.build());
    }

    @Override
    public void onError(Throwable failure) {
      // The client dropped the stream.
    }

    @Override
    public void onCompleted() {
      out.onCompleted();
    }
  }
}
