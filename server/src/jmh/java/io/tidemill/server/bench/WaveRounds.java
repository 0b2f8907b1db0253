package io.tidemill.server.bench;

import io.tidemill.server.demo.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/**
 * Durable waves of 1,000 transfers, one after the other: through the pipeline of this process and
 * over gRPC in turn, and with and without a flood of simulations in turn, so that what the machine
 * does meanwhile befalls both alike.
 */
final class WaveRounds {
  static final int WAVE = 1_000;

  /** Waves between two changes from calm to flood. */
  private static final int STRETCH = 25;

  /** Waves after a change that do not count. */
  private static final int SETTLING = 2;

  private final int seconds;
  private final BiConsumer<String, Object> figures;

  WaveRounds(int seconds, BiConsumer<String, Object> figures) {
    this.seconds = seconds;
    this.figures = figures;
  }

  /** The same waves through the pipeline of this process and over gRPC. */
  void besideInProcess(Path folder) throws IOException {
    final int count = 20 * seconds;
    try (NodeProcess node = EdgeBench.node(folder);
        WaveSession session = new WaveSession(node);
        PipelineSession direct = new PipelineSession(folder)) {
      session.prepare();
      final long[] over = new long[count];
      final long[] within = new long[count];
      for (int i = -count / 2; i < count; i++) {
        final long inProcess = direct.next();
        final long overGrpc = session.next();
        if (i >= 0) {
          within[i] = inProcess;
          over[i] = overGrpc;
        }
      }
      final long inProcess = quantile(within, 50);
      final long overGrpc = quantile(over, 50);
      figures.accept("wave_tps_in_process", Math.round(WAVE * 1e9 / inProcess));
      figures.accept("wave_tps_over_grpc", Math.round(WAVE * 1e9 / overGrpc));
      figures.accept("grpc_over_in_process", EdgeBench.round((double) inProcess / overGrpc));
    }
  }

  /** Waves over gRPC while simulations flood the node, beside waves while they do not. */
  void underFlood(Path folder) throws IOException {
    final int stretches = Math.max(1, 12 * seconds / 10);
    try (NodeProcess node = EdgeBench.node(folder);
        WaveSession session = new WaveSession(node)) {
      session.prepare();
      SimulationRounds.load(node).flatOut(seconds * 500L);
      LongStream.Builder calm = LongStream.builder();
      LongStream.Builder flooded = LongStream.builder();
      long answered = 0;
      for (int i = 0; i < stretches; i++) {
        stretch(session, calm);
        try (Flood flood = new Flood(node)) {
          stretch(session, flooded);
          answered += flood.stop();
        }
        if (i == 0) {
          // The first of each warmed up.
          calm = LongStream.builder();
          flooded = LongStream.builder();
        }
      }
      final long[] without = calm.build().toArray();
      final long[] with = flooded.build().toArray();
      figures.accept("wave_p50_ms", EdgeBench.millis(quantile(without, 50)));
      figures.accept("wave_p50_under_flood_ms", EdgeBench.millis(quantile(with, 50)));
      figures.accept("wave_p99_ms", EdgeBench.millis(quantile(without, 99)));
      figures.accept("wave_p99_under_flood_ms", EdgeBench.millis(quantile(with, 99)));
      figures.accept(
          "wave_p99_under_flood_ratio",
          EdgeBench.round((double) quantile(with, 99) / quantile(without, 99)));
      figures.accept("flood_simulations_per_wave", answered / stretches / (STRETCH + SETTLING));
    }
  }

  private static void stretch(WaveSession session, LongStream.Builder times) {
    for (int i = -SETTLING; i < STRETCH; i++) {
      final long nanos = session.next();
      if (i >= 0) {
        times.add(nanos);
      }
    }
  }

  private static long quantile(long[] times, int percent) {
    final long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  /** Simulations without a pause until it is stopped. */
  private static final class Flood implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Thread thread;
    private long answered;

    Flood(NodeProcess node) {
      final HttpLoad load = SimulationRounds.load(node);
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stopped.get()) {
                      answered += load.flatOut(LOOK_MILLIS).answers();
                    }
                  });
    }

    /** Ends it; how many were answered. */
    long stop() {
      close();
      return answered;
    }

    @Override
    public void close() {
      stopped.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
