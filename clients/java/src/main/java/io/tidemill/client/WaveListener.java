package io.tidemill.client;

import io.tidemill.v1.Receipt;

/**
 * Watches a wave as it is executed. Called on the thread that executes it. What it sees is
 * provisional until {@link WaveStream#execute} returns; after a broken stream it sees it again.
 */
public interface WaveListener {
  /** Watches nothing. */
  WaveListener NONE = new WaveListener() {};

  /** The node has everything below transaction {@code nextIndex}. */
  default void onTransactionsReceived(int nextIndex) {}

  /** A receipt, in transaction order. */
  default void onReceipt(Receipt receipt) {}

  /** The stream broke and the wave is sent once more; everything seen so far is void. */
  default void onResend(NodeException cause) {}
}
