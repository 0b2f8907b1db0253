package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs waves twice and answers only when both executors agree: mode {@code both}. A difference is a
 * node fault with a report, because one of the two is wrong and this node cannot know which
 * (decisions O1).
 */
public final class CheckedWaveExecutor implements WaveExecutor {
  private final WaveExecutor subject;
  private final WaveExecutor oracle;
  private final int every;

  /**
   * @param subject the one that is meant to be fast; receipts stream from it
   * @param oracle the one it must agree with
   * @param every the waves whose number this divides are checked; 1 for all
   */
  public CheckedWaveExecutor(WaveExecutor subject, WaveExecutor oracle, int every) {
    this.subject = subject;
    this.oracle = oracle;
    this.every = every;
  }

  @Override
  public @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return subject.prePass(wave, expected, state);
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final WaveResult result = subject.execute(wave, prePass, base, listener);
    if (Long.remainderUnsigned(wave.context().waveId(), every) != 0) {
      return result;
    }
    final WaveResult expected = oracle.execute(wave, base, ReceiptListener.NONE);
    final String report = WaveDifference.report(expected, result, base);
    if (!report.isEmpty()) {
      throw NodeFault.disagreement(wave.context().waveId(), report);
    }
    return result;
  }
}
