package io.tidemill.server.pipeline;

import io.tidemill.executor.Receipt;
import io.tidemill.server.errors.Refusal;

/**
 * Hears what becomes of one wave. Called on the writer thread or the executor's threads, one call
 * at a time; must return at once and never throw.
 */
public interface WaveListener {
  /** A receipt is final within the wave; provisional until the answer (decisions O8). */
  void onReceipt(Receipt receipt);

  /**
   * The wave is executed, and durable if that was asked for.
   *
   * @param stored the wave was known before: no receipt was announced
   */
  void onAnswer(WaveAnswer answer, boolean stored);

  /** The wave is refused or abandoned: every announced receipt is void. */
  void onRefusal(Refusal refusal);
}
