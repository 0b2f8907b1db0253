package io.tidemill.server.bench;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.Submission;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WaveArchive;
import io.tidemill.server.pipeline.WaveListener;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Waves that are handed to the pipeline of a node in this process, one after the other. */
final class PipelineSession implements AutoCloseable {
  private static final int QUEUE = 8;

  private final Workload workload = new Workload();
  private final StateStore store;
  private final WaveExecutor executor;
  private final Telemetry telemetry = Telemetry.local();
  private final WavePipeline pipeline;

  /** A pipeline on a new store, with the contracts of the workload. */
  PipelineSession(Path folder) throws IOException {
    final Path data = EdgeBench.seeded(folder, workload);
    final SidecarConfig config = SidecarConfig.with(Map.of(Setting.DATA_DIR, data.toString()));
    final ChainOpener.Opened opened = ChainOpener.open(config);
    store = opened.store();
    executor = opened.executor();
    pipeline =
        new WavePipeline(
            store,
            executor,
            new WaveArchive(config.data().rollbackWaves()),
            telemetry,
            new CommitFeed(),
            new NodeHealth(),
            QUEUE,
            true);
    submit(workload.setup());
  }

  /** Nanoseconds of one more wave, until it is durable. */
  long next() {
    final List<byte[]> transactions = workload.transfers(WaveRounds.WAVE);
    final long start = System.nanoTime();
    submit(transactions);
    return System.nanoTime() - start;
  }

  private void submit(List<byte[]> transactions) {
    final List<Wave.Entry> entries = new ArrayList<>(transactions.size());
    for (byte[] bytes : transactions) {
      entries.add(new Wave.Entry(bytes, false, null));
    }
    final CompletableFuture<WaveAnswer> done = new CompletableFuture<>();
    final Wave wave =
        new Wave(
            context(pipeline.position().expectedWave()),
            pipeline.position().expectedParent(),
            entries,
            List.of(),
            List.of());
    pipeline.execute(
        new Submission(wave, null, null, true, () -> false),
        new WaveListener() {
          @Override
          public void onReceipt(Receipt receipt) {}

          @Override
          public void onAnswer(WaveAnswer answer, boolean stored) {
            done.complete(answer);
          }

          @Override
          public void onRefusal(Refusal refusal) {
            done.completeExceptionally(refusal);
          }
        });
    done.join();
  }

  /** The context of wave {@code wave} of every benchmark here. */
  static WaveContext context(long wave) {
    return new WaveContext(
        wave, 1_700_000_000L + wave, Hash32.ZERO, U128.of(1), Workload.CHAIN_ID, 0, 0);
  }

  @Override
  public void close() {
    pipeline.close();
    telemetry.close();
    try {
      executor.close();
      store.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
