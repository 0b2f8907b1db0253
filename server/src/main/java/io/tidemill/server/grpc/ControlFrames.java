package io.tidemill.server.grpc;

import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ResendTransactions;
import io.tidemill.v1.TransactionsAck;
import io.tidemill.v1.WaveAbort;
import io.tidemill.v1.WaveAccepted;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has to say besides answers, one slot of each kind: a newer one replaces one that
 * waits. Confined to the lock of its stream.
 */
final class ControlFrames {
  @Nullable WaveAccepted accepted;
  @Nullable TransactionsAck ack;
  @Nullable ResendTransactions resend;
  @Nullable WaveAbort abort;

  /** The next one to send, which leaves its slot; null when there is none. */
  @Nullable ExecuteWaveResponse take() {
    final ExecuteWaveResponse.Builder frame = ExecuteWaveResponse.newBuilder();
    if (abort != null) {
      frame.setAbort(abort);
      abort = null;
    } else if (accepted != null) {
      frame.setAccepted(accepted);
      accepted = null;
    } else if (resend != null) {
      frame.setResend(resend);
      resend = null;
    } else if (ack != null) {
      frame.setAck(ack);
      ack = null;
    } else {
      return null;
    }
    return frame.build();
  }
}
