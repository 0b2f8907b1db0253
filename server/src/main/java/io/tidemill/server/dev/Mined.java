package io.tidemill.server.dev;

import io.tidemill.client.WaveOutcome;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.WaveContext;
import java.util.List;

/**
 * A wave that was executed and committed.
 *
 * @param nanos how long the node took, the commit included
 */
record Mined(long wave, WaveContext context, List<Entry> entries, WaveOutcome outcome, long nanos) {
  /** A transaction as it was submitted. */
  record Entry(byte[] bytes, Transaction transaction, Hash32 hash, boolean impersonated) {}

  Mined {
    entries = List.copyOf(entries);
  }
}
