package io.tidemill.executor;

import io.tidemill.state.Snapshot;

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
   * @throws InvalidWaveException if the wave may not be executed at all; nothing happened
   * @throws NodeFault if this node cannot know the answer
   */
  WaveResult execute(Wave wave, Snapshot base, ReceiptListener listener);

  /** Ends what the executor owns, such as its workers. */
  @Override
  default void close() {}
}
