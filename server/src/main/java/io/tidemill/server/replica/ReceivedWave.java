package io.tidemill.server.replica;

import com.google.protobuf.ByteString;
import io.tidemill.server.pipeline.AnswerLayout;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.SubscribeWavesResponse;
import java.util.ArrayList;
import java.util.List;

/** One wave as it arrives from the primary, frame by frame. Confined to the following thread. */
final class ReceivedWave {
  private final List<byte[]> receipts = new ArrayList<>();
  private final List<StateDelta.Entry> changes = new ArrayList<>();
  private byte[] answer = {};

  /** Takes one frame; true when it was the last one of its wave. */
  boolean add(SubscribeWavesResponse frame) {
    if (!frame.getStored().getAnswer().isEmpty()) {
      answer = frame.getStored().getAnswer().toByteArray();
    }
    for (ByteString receipt : frame.getStored().getReceiptsList()) {
      receipts.add(receipt.toByteArray());
    }
    for (StateChange change : frame.getStateDiffList()) {
      changes.add(
          new StateDelta.Entry(
              new StateKey(Hash32.of(change.getKey().toByteArray())),
              change.hasValue() ? change.getValue().toByteArray() : null));
    }
    return !frame.getMore();
  }

  /**
   * The wave as the primary stored it.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is no wave
   */
  WaveAnswer answer() {
    return AnswerLayout.decode(answer, receipts);
  }

  /**
   * What it changed.
   *
   * @throws IllegalArgumentException if the keys are not in order
   */
  StateDelta delta() {
    return StateDelta.ofSorted(changes);
  }
}
