package io.tidemill.server.bench;

import com.google.protobuf.ByteString;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Waves of 70 percent transfers, 15 token transfers, 10 commitments and 5 increments of one counter
 * over gRPC through a node in this process, until root and synced commit are answered. The frames
 * are encoded before the clock starts; the answers arrive with all receipts and are not parsed. The
 * client shares the cores with the node.
 */
final class DurableRounds {
  /** A node runs for months: after 25 waves the compiler still takes a seventh of both cores. */
  private static final int WARM_UPS = 75;

  private static final int VERIFIED_WARM_UPS = 1;
  private static final int VERIFIED_ROUNDS = 3;
  private static final int CHUNK = 500;

  private final int rounds;
  private final BiConsumer<String, Object> figures;

  DurableRounds(int rounds, BiConsumer<String, Object> figures) {
    this.rounds = rounds;
    this.figures = figures;
  }

  /** Waves whose signatures the consensus client vouches for. */
  void trusted() throws IOException, InterruptedException {
    report("durable", measure(new Workload(), WARM_UPS, rounds), rounds);
  }

  /** Waves whose signatures are verified. */
  void verified() throws IOException, InterruptedException {
    report(
        "durable_verified",
        measure(new Workload(FalconKey.devnet(0)), VERIFIED_WARM_UPS, VERIFIED_ROUNDS),
        VERIFIED_ROUNDS);
  }

  private void report(String name, FrameClient.Times times, int waves) {
    final String tps = name.equals("durable") ? "durable_tps" : "durable_tps_verified";
    figures.accept(tps, (long) waves * Workload.WAVE * 1_000_000_000L / times.nanos());
    figures.accept(name + "_ms_per_wave", times.millis());
  }

  private static FrameClient.Times measure(Workload workload, int warmUps, int measured)
      throws IOException, InterruptedException {
    final Engine reference = new ChicoryEngine();
    final WasmContractRuntimes runtimes =
        new WasmContractRuntimes(new JvmEngine(reference), reference);
    final Path folder = Files.createTempDirectory("tidemill-bench");
    final Rules.Signatures signatures =
        workload.isSigned() ? Rules.Signatures.VERIFY : Rules.Signatures.TRUSTED;
    final ChainSpecification chain =
        ChainSpecification.always(Rules.of(Workload.CHAIN_ID, Rules.Lifecycle.DEV, signatures));
    final WorkerPool pool =
        new WorkerPool(Runtime.getRuntime().availableProcessors(), WorkerPool.STACK_BYTES);
    final RocksStateStore store = RocksStateStore.open(folder, RocksOptions.of(Workload.CHAIN_ID));
    ChainOpener.seed(store, workload.genesis());
    final SidecarConfig config =
        SidecarConfig.with(
            Map.of(Setting.GRPC_PORT, "0", Setting.HEALTH_PORT, "-1", Setting.HTTP_PORT, "-1"));
    final ExecutorParts parts = new ExecutorParts(chain, runtimes, FalconVerifier.INSTANCE);
    try (pool;
        TidemillNode node =
            TidemillNode.start(
                config,
                new TidemillNode.Parts(
                    chain,
                    store,
                    new ParallelWaveExecutor(parts, pool, System::nanoTime),
                    runtimes))) {
      final ByteString genesis = ByteString.copyFrom(store.head().root().blake3().toBytes());
      final List<List<byte[]>> waves = new ArrayList<>();
      waves.add(frames(1, genesis, workload.setup()));
      for (int i = 0; i < warmUps + measured; i++) {
        waves.add(frames(i + 2, ByteString.EMPTY, workload.mix(Workload.WAVE)));
      }
      return FrameClient.timesOfLast(node.grpcPort(), waves, measured);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  /** A wave as the bytes of its frames; an empty parent sends it ahead of its parent's answer. */
  private static List<byte[]> frames(long wave, ByteString parent, List<byte[]> transactions) {
    final List<byte[]> frames = new ArrayList<>();
    frames.add(
        ExecuteWaveRequest.newBuilder()
            .setHeader(
                WaveHeader.newBuilder()
                    .setWave(wave)
                    .setParentRoot(parent)
                    .setTransactionCount(transactions.size())
                    .setContext(
                        WaveContext.newBuilder()
                            .setTimestamp(1_700_000_000L + wave)
                            .setBaseFee(ByteString.copyFrom(U128.of(1).toBytes()))
                            .setChainId(Workload.CHAIN_ID)))
            .build()
            .toByteArray());
    for (int from = 0; from < transactions.size(); from += CHUNK) {
      final TransactionChunk.Builder chunk = TransactionChunk.newBuilder().setFirstIndex(from);
      for (byte[] bytes : transactions.subList(from, Math.min(transactions.size(), from + CHUNK))) {
        chunk.addTransactions(
            WaveTransaction.newBuilder().setTransaction(ByteString.copyFrom(bytes)));
      }
      frames.add(ExecuteWaveRequest.newBuilder().setTransactions(chunk).build().toByteArray());
    }
    frames.add(
        ExecuteWaveRequest.newBuilder()
            .setEnd(WaveEnd.newBuilder().setTransactionCount(transactions.size()).setCommit(true))
            .build()
            .toByteArray());
    return frames;
  }
}
