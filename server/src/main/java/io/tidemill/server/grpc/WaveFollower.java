package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.tidemill.executor.Receipt;
import io.tidemill.server.pipeline.AnswerLayout;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.Fields;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateStore;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import io.tidemill.v1.SubscribeWavesResponse.Direction;
import io.tidemill.v1.WaveSummary;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Sends committed waves in order, from a wave on. */
final class WaveFollower extends Follower<SubscribeWavesResponse> {
  private static final int FRAME_BYTES = 64 * 1024;

  private final WavePipeline pipeline;
  private final StateStore store;
  private final CommitFeed feed;
  private final boolean wantDiff;
  private final boolean wantReceipts;
  private final boolean wantStored;

  private long nextWave;
  private @Nullable WaveAnswer current;
  private int receiptsSent;
  private int changesSent;

  WaveFollower(
      WavePipeline pipeline,
      StateStore store,
      CommitFeed feed,
      SubscribeWavesRequest request,
      ServerCallStreamObserver<SubscribeWavesResponse> call,
      Executor executor) {
    super(call, executor);
    this.pipeline = pipeline;
    this.store = store;
    this.feed = feed;
    this.wantDiff = request.getWantStateDiff();
    this.wantReceipts = request.getWantReceipts();
    this.wantStored = request.getWantStored();
    this.nextWave =
        request.hasFromWave()
            ? Math.max(1, request.getFromWave())
            : pipeline.position().head().wave() + 1;
  }

  void open() {
    open(feed);
  }

  @Override
  @Nullable SubscribeWavesResponse next() {
    final WaveAnswer wave = current;
    if (wave != null) {
      return part(wave, SubscribeWavesResponse.newBuilder());
    }
    final long head = pipeline.position().head().wave();
    if (Long.compareUnsigned(nextWave, head) > 0) {
      return null;
    }
    final WaveAnswer answer =
        wantDiff ? pipeline.fullAnswerOf(nextWave) : pipeline.answerOf(nextWave);
    if (answer == null || (wantDiff && answer.delta() == null)) {
      return gap(head);
    }
    current = answer;
    receiptsSent = 0;
    changesSent = 0;
    final var first = SubscribeWavesResponse.newBuilder().setSummary(AnswerCodec.summary(answer));
    if (wantStored) {
      first.getStoredBuilder().setAnswer(Fields.wrap(AnswerLayout.encode(answer)));
    }
    return part(answer, first);
  }

  private SubscribeWavesResponse gap(long head) {
    // What is missing is pruned; a diff needs the state before its wave, too.
    final long oldest = store.oldestWave() + (wantDiff ? 1 : 0);
    nextWave = Math.min(Math.max(oldest, nextWave + 1), head + 1);
    return SubscribeWavesResponse.newBuilder()
        .setDirection(Direction.DIRECTION_GAP)
        .setSummary(WaveSummary.newBuilder().setWave(nextWave))
        .build();
  }

  private SubscribeWavesResponse part(WaveAnswer wave, SubscribeWavesResponse.Builder frame) {
    frame.setDirection(Direction.DIRECTION_FORWARD);
    int bytes = 0;
    final int receipts = wantReceipts || wantStored ? wave.receipts().size() : 0;
    while (receiptsSent < receipts && bytes < FRAME_BYTES) {
      final int index = receiptsSent++;
      if (wantReceipts) {
        final Receipt receipt = wave.receipts().get(index);
        bytes += AnswerCodec.estimate(receipt);
        frame.addReceipts(AnswerCodec.receipt(receipt));
      }
      if (wantStored) {
        final byte[] stored = wave.encodedReceipts().get(index);
        bytes += stored.length;
        frame.getStoredBuilder().addReceipts(Fields.wrap(stored));
      }
    }
    final StateDelta delta = wave.delta();
    final int changes = wantDiff && delta != null ? delta.size() : 0;
    while (delta != null && changesSent < changes && bytes < FRAME_BYTES) {
      final StateDelta.Entry entry = delta.get(changesSent++);
      final byte @Nullable [] value = entry.value();
      bytes += 48 + (value == null ? 0 : value.length);
      frame.addStateDiff(AnswerCodec.change(entry));
    }
    final boolean more = receiptsSent < receipts || changesSent < changes;
    if (!more) {
      current = null;
      nextWave = wave.wave() + 1;
    }
    return frame.setMore(more).build();
  }

  @Override
  SubscribeWavesResponse unwind(long wave) {
    current = null;
    nextWave = Math.min(nextWave, wave + 1);
    return SubscribeWavesResponse.newBuilder()
        .setDirection(Direction.DIRECTION_UNWIND)
        .setSummary(WaveSummary.newBuilder().setWave(wave))
        .build();
  }
}
