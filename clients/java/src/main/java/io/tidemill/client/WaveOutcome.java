package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.WaveResult;
import io.tidemill.v1.WaveSummary;
import java.util.List;

/**
 * What a wave did. It is pending until it is committed, unless the request asked for that.
 *
 * @param result summary and messages
 * @param receipts one per transaction, in order; empty when the request left them out
 * @param stateDiff ascending by key; empty unless asked for
 * @param stored whether the node knew the wave and sent its stored answer
 */
public record WaveOutcome(
    WaveResult result, List<Receipt> receipts, List<StateChange> stateDiff, boolean stored) {
  /** Copies the lists. */
  public WaveOutcome {
    receipts = List.copyOf(receipts);
    stateDiff = List.copyOf(stateDiff);
  }

  /** Root, digests and totals. */
  public WaveSummary summary() {
    return result.getSummary();
  }

  /** The Blake3 state root after the wave, 32 bytes. */
  public ByteString root() {
    return summary().getRoot().getBlake3();
  }
}
