package io.tidemill.server.testing;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.tidemill.client.proof.WaveDigests;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.CommitWaveResponse;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetWaveRequest;
import io.tidemill.v1.GetWaveResponse;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptChunk;
import io.tidemill.v1.WaveSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Stands in front of a node and bends what it says about one wave. */
public final class LyingNode extends ExecutionServiceGrpc.ExecutionServiceImplBase
    implements AutoCloseable {
  /** What to bend. */
  public enum Lie {
    /** One bit of the root. */
    ROOT,
    /** The gas of one receipt, and the digest so that it fits. */
    RECEIPT
  }

  /** The receipt that {@link Lie#RECEIPT} bends. */
  public static final int BENT_RECEIPT = 3;

  private final Lie lie;
  private final long wave;
  private final ManagedChannel node;
  private final Server server;

  /** A node that tells the truth but for {@code wave}. */
  public LyingNode(int nodePort, Lie lie, long wave) {
    this.lie = lie;
    this.wave = wave;
    node = NettyChannelBuilder.forAddress("127.0.0.1", nodePort).usePlaintext().build();
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .addService(this)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }

  /** Where clients connect. */
  public int port() {
    return server.getPort();
  }

  private ExecutionServiceGrpc.ExecutionServiceStub truth() {
    return ExecutionServiceGrpc.newStub(node);
  }

  @Override
  public void getInfo(GetInfoRequest request, StreamObserver<GetInfoResponse> answer) {
    truth().getInfo(request, answer);
  }

  @Override
  public void getWave(GetWaveRequest request, StreamObserver<GetWaveResponse> answer) {
    truth().getWave(request, answer);
  }

  @Override
  public void commitWave(CommitWaveRequest request, StreamObserver<CommitWaveResponse> answer) {
    truth().commitWave(request, answer);
  }

  @Override
  public StreamObserver<ExecuteWaveRequest> executeWave(
      StreamObserver<ExecuteWaveResponse> answer) {
    return truth().executeWave(new Bender(answer));
  }

  @Override
  public void close() {
    server.shutdownNow();
    node.shutdownNow();
  }

  /** Passes frames on; bends those of the wave. */
  private final class Bender implements StreamObserver<ExecuteWaveResponse> {
    private final StreamObserver<ExecuteWaveResponse> answer;
    private final List<Receipt> receipts = new ArrayList<>();

    Bender(StreamObserver<ExecuteWaveResponse> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(ExecuteWaveResponse frame) {
      final ExecuteWaveResponse.Builder bent = frame.toBuilder();
      if (frame.hasReceipts() && frame.getReceipts().getWave() == wave && lie == Lie.RECEIPT) {
        bend(bent.getReceiptsBuilder());
      }
      if (frame.hasResult() && frame.getResult().getSummary().getWave() == wave) {
        bend(bent.getResultBuilder().getSummaryBuilder());
      }
      answer.onNext(bent.build());
    }

    private void bend(ReceiptChunk.Builder chunk) {
      for (int i = 0; i < chunk.getReceiptsCount(); i++) {
        if (chunk.getFirstIndex() + i == BENT_RECEIPT) {
          final Receipt.Builder receipt = chunk.getReceiptsBuilder(i);
          receipt.setGasUsed(receipt.getGasUsed() + 1);
        }
      }
      receipts.addAll(chunk.getReceiptsList());
    }

    private void bend(WaveSummary.Builder summary) {
      if (lie == Lie.RECEIPT) {
        summary.setReceiptsDigest(ByteString.copyFrom(WaveDigests.receiptsDigest(receipts)));
      } else {
        final byte[] root = summary.getRoot().getBlake3().toByteArray();
        root[31] ^= 1;
        summary.getRootBuilder().setBlake3(ByteString.copyFrom(root));
      }
    }

    @Override
    public void onError(Throwable failure) {
      answer.onError(failure);
    }

    @Override
    public void onCompleted() {
      answer.onCompleted();
    }
  }
}
