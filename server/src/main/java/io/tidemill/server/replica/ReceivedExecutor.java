package io.tidemill.server.replica;

import io.tidemill.executor.NodeFault;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.state.Snapshot;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a replica: it gives the result that the primary sent for the wave. The pipeline
 * does the rest as for any wave, and refuses it when the root that it computes is another one.
 */
public final class ReceivedExecutor implements WaveExecutor {
  private final AtomicReference<@Nullable WaveResult> next = new AtomicReference<>();

  /** An executor that has nothing yet. */
  public ReceivedExecutor() {}

  /** What the next wave did. */
  void offer(WaveResult result) {
    next.set(result);
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final WaveResult result = next.getAndSet(null);
    if (result == null || result.context().waveId() != wave.context().waveId()) {
      throw new NodeFault(
          "a replica does not execute waves: this one did not come from its primary");
    }
    return result;
  }
}
