package io.tidemill.executor;

import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.WaveView;
import io.tidemill.state.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes the transactions of a wave one after the other: the oracle that every other executor
 * must agree with. Source: decisions S10.
 */
public final class SerialWaveExecutor implements WaveExecutor {
  private final ExecutorParts parts;

  public SerialWaveExecutor(ExecutorParts parts) {
    this.parts = parts;
  }

  @Override
  public WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener) {
    final WaveExecution execution = WaveExecution.open(wave, base, parts);
    final WaveView view = new WaveView(execution.base());
    final List<Receipt> receipts = new ArrayList<>(execution.size());
    final List<ParachainMessage> messages = new ArrayList<>();
    for (int i = 0; i < execution.size(); i++) {
      final Overlay overlay = new Overlay(view);
      final Receipt receipt = execution.run(i, overlay);
      view.merge(overlay);
      messages.addAll(overlay.messages());
      receipts.add(receipt);
      listener.onReceipt(receipt);
    }
    return execution.finish(receipts, view, view.writes(), view.sortedCodes(), messages);
  }
}
