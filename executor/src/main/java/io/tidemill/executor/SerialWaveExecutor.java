package io.tidemill.executor;

import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.WaveView;
import io.tidemill.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Executes the transactions of a wave one after the other: the oracle that every other executor
 * must agree with. Source: decisions S10.
 */
public final class SerialWaveExecutor implements WaveExecutor {
  private final ExecutorParts parts;
  private final @Nullable WorkerPool pool;

  /**
   * An executor that does everything on the thread that asks. Contract code needs a worker's stack:
   * on a smaller one, deep recursion overflows before the logical limit is reached (decisions W6).
   */
  public SerialWaveExecutor(ExecutorParts parts) {
    this.parts = parts;
    this.pool = null;
  }

  /**
   * An executor that runs the transactions on the first worker of {@code pool}, which it does not
   * own, and what needs no order on all of them.
   */
  public SerialWaveExecutor(ExecutorParts parts, WorkerPool pool) {
    this.parts = parts;
    this.pool = pool;
  }

  @Override
  public @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return pool == null ? null : parts.prePass(wave, expected, pool, state);
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final WaveExecution execution = WaveExecution.open(wave, base, parts, pool, prePass);
    final Loop loop = new Loop(execution, listener, pool);
    if (pool == null) {
      loop.run();
    } else {
      pool.run(
          worker -> {
            if (worker == 0) {
              loop.run();
            }
          });
    }
    return loop.result();
  }

  /** The transactions of one wave in order. */
  private static final class Loop {
    private final WaveExecution execution;
    private final ReceiptListener listener;
    private final @Nullable WorkerPool pool;
    private final WaveView view;
    private final List<SettledReceipt> receipts;
    private final List<ParachainMessage> messages = new ArrayList<>();

    Loop(WaveExecution execution, ReceiptListener listener, @Nullable WorkerPool pool) {
      this.execution = execution;
      this.listener = listener;
      this.pool = pool;
      this.view = new WaveView(execution.base());
      this.receipts = new ArrayList<>(execution.size());
    }

    void run() {
      for (int i = 0; i < execution.size(); i++) {
        final Overlay overlay = new Overlay(view);
        final SettledReceipt settled = execution.settle(execution.run(i, overlay));
        view.merge(overlay);
        messages.addAll(overlay.messages());
        receipts.add(settled);
        listener.onReceipt(settled.receipt());
      }
    }

    WaveResult result() {
      return execution.finish(
          receipts,
          view,
          WaveWrites.sort(view.writes(), pool),
          view.sortedCodes(),
          messages,
          WaveStatistics.serial(execution.size()));
    }
  }
}
