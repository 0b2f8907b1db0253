package io.tidemill.server.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A consensus client that costs as little as possible: it sends bytes and looks for results. */
final class FrameClient {
  /** Sent frames of one stream. */
  private static final int RESULT = ExecuteWaveResponse.RESULT_FIELD_NUMBER << 3 | 2;

  private static final byte[] SKIPPED = new byte[0];

  /** The bytes as they are; of answers, only results. */
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.read() == RESULT ? stream.readAllBytes() : SKIPPED;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private FrameClient() {}

  /**
   * What the last waves of a run took.
   *
   * @param nanos from the result before the first of them to the last result
   * @param millis of processor time per wave, by what the threads are for
   */
  record Times(long nanos, Map<String, Double> millis) {}

  /**
   * Sends all of {@code waves} on one stream, as fast as the node takes them, and measures the
   * {@code measured} last ones.
   */
  static Times timesOfLast(int port, List<List<byte[]>> waves, int measured)
      throws IOException, InterruptedException {
    final BlockingQueue<Object> results = new LinkedBlockingQueue<>();
    final MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().daemon().name("bench-client").factory(),
            NioIoHandler.newFactory());
    final ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .build();
    try {
      final StreamObserver<byte[]> call =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(
                  ExecutionServiceGrpc.getExecuteWaveMethod().toBuilder(BYTES, BYTES).build(),
                  CallOptions.DEFAULT),
              new StreamObserver<>() {
                @Override
                public void onNext(byte[] frame) {
                  if (frame.length > 0) {
                    results.add(System.nanoTime());
                  }
                }

                @Override
                public void onError(Throwable failure) {
                  results.add(failure);
                }

                @Override
                public void onCompleted() {}
              });
      for (List<byte[]> wave : waves) {
        wave.forEach(call::onNext);
      }
      call.onCompleted();
      long start = 0;
      long end = 0;
      ThreadTimes before = new ThreadTimes();
      for (int i = 1; i <= waves.size(); i++) {
        if (!(results.take() instanceof Long nanos)) {
          throw new IllegalStateException("wave " + i + " failed");
        }
        if (i == waves.size() - measured) {
          start = nanos;
          before = new ThreadTimes();
        }
        end = nanos;
      }
      return new Times(end - start, new ThreadTimes().since(before, measured));
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully().syncUninterruptibly();
    }
  }
}
