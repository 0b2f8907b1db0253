package io.tidemill.server.bench;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.executor.WaveContext;
import io.tidemill.server.demo.NodeProcess;
import java.util.List;

/** Waves of one client, one after the other. */
final class WaveSession implements AutoCloseable {
  private final TidemillClient client;
  private final WaveStream stream;
  private final Workload workload = new Workload();
  private long wave;
  private ByteString root;

  WaveSession(NodeProcess node) {
    client = TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
    stream = client.openWaveStream();
    final var info = client.reader().info();
    wave = info.getExpectedWave();
    root = info.getExpectedParentRoot();
  }

  /** Deploys the contracts of the workload. */
  void prepare() {
    send(workload.setup());
  }

  /** Nanoseconds of one more wave. */
  long next() {
    final List<byte[]> transactions = workload.transfers(WaveRounds.WAVE);
    final long start = System.nanoTime();
    send(transactions);
    return System.nanoTime() - start;
  }

  void send(List<byte[]> transactions) {
    final WaveContext context = PipelineSession.context(wave);
    root =
        stream
            .execute(
                WaveRequest.of(
                        wave,
                        root,
                        io.tidemill.v1.WaveContext.newBuilder()
                            .setTimestamp(context.timestamp())
                            .setBeacon(ByteString.copyFrom(context.beacon().toBytes()))
                            .setBaseFee(ByteString.copyFrom(context.baseFee().toBytes()))
                            .setChainId(context.chainId())
                            .build(),
                        transactions)
                    .committed())
            .root();
    wave++;
  }

  @Override
  public void close() {
    stream.close();
    client.close();
  }
}
