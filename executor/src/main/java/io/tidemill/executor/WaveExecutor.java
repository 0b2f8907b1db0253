package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Executes a wave. A function of its arguments and of the rules it was built with. */
public interface WaveExecutor extends AutoCloseable {
  /** Receives receipts in transaction order as they become final within the wave (decisions O8). */
  interface ReceiptListener {
    /** A listener that does not care. */
    ReceiptListener NONE = receipt -> {};

    void onReceipt(Receipt receipt);
  }

  /**
   * Runs every transaction of {@code wave} on {@code base}.
   *
   * @param prePass what was begun for this wave, with the very entries of {@code wave}, or null
   * @throws InvalidWaveException if the wave may not be executed at all; nothing happened
   * @throws NodeFault if this node cannot know the answer
   */
  WaveResult execute(Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener);

  /** The same for a wave that nobody has prepared. */
  default WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener) {
    return execute(wave, null, base, listener);
  }

  /**
   * What {@link #execute} runs the transactions of {@code wave} on, for one who runs some of them
   * again. An executor that changes something before the first transaction says so here.
   */
  default WaveBase base(Wave wave, Snapshot base) {
    return new WaveBase(wave, base);
  }

  /**
   * Begins the pre-pass of a wave that is about to arrive, or null when this executor has none.
   * Safe for use by any thread, also while another wave is executed.
   *
   * @param expected a hint for the number of transactions
   * @param state opens a recent state, not necessarily that of the parent
   */
  default @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return null;
  }

  /** Ends what the executor owns, such as its workers. */
  @Override
  default void close() {}
}
