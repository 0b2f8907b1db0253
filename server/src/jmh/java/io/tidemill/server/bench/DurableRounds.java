package io.tidemill.server.bench;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.v1.WaveContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Waves over gRPC through a node in this process until they are durable. */
final class DurableRounds {
  private static final int WARM_UPS = 6;

  private final int rounds;
  private final BiConsumer<String, Object> figures;

  DurableRounds(int rounds, BiConsumer<String, Object> figures) {
    this.rounds = rounds;
    this.figures = figures;
  }

  void run() throws IOException {
    final Path folder = Files.createTempDirectory("tidemill-bench");
    try {
      figures.accept("durable_tps", transactionsPerSecond(folder));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private long transactionsPerSecond(Path folder) {
    final Workload workload = new Workload();
    try (RocksStateStore store = RocksStateStore.open(folder, RocksOptions.of(Workload.CHAIN_ID))) {
      ChainOpener.seed(store, workload.genesis());
    }
    final SidecarConfig config =
        SidecarConfig.with(
            Map.of(
                Setting.DATA_DIR, folder.toString(),
                Setting.GRPC_PORT, "0",
                Setting.HEALTH_PORT, "-1",
                Setting.HTTP_PORT, "-1"));
    try (TidemillNode node = TidemillNode.start(config);
        TidemillClient client =
            TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
        WaveStream stream = client.openWaveStream()) {
      long wave = 1;
      ByteString root = client.reader().info().getExpectedParentRoot();
      root = send(stream, wave++, root, workload.setup());
      for (int i = 0; i < WARM_UPS; i++) {
        root = send(stream, wave++, root, workload.mix(Workload.WAVE));
      }
      final List<List<byte[]>> waves = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        waves.add(workload.mix(Workload.WAVE));
      }
      final long start = System.nanoTime();
      for (List<byte[]> transactions : waves) {
        root = send(stream, wave++, root, transactions);
      }
      return (long) rounds * Workload.WAVE * 1_000_000_000L / (System.nanoTime() - start);
    }
  }

  private static ByteString send(
      WaveStream stream, long wave, ByteString parent, List<byte[]> transactions) {
    final WaveContext context =
        WaveContext.newBuilder()
            .setTimestamp(1_700_000_000L + wave)
            .setBeacon(ByteString.copyFrom(new byte[32]))
            .setBaseFee(ByteString.copyFrom(U128.of(1).toBytes()))
            .setChainId(Workload.CHAIN_ID)
            .build();
    return stream.execute(WaveRequest.of(wave, parent, context, transactions).committed()).root();
  }
}
