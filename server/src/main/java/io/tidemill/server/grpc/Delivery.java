package io.tidemill.server.grpc;

import io.tidemill.executor.Receipt;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WaveListener;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.state.StateDelta;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ReceiptChunk;
import io.tidemill.v1.StateDiffChunk;
import io.tidemill.v1.WaveAbort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one wave on its way out: what has been announced, and how much of it was sent.
 *
 * <p>The pipeline announces from its threads; the stream takes frames under its own lock.
 */
final class Delivery implements WaveListener {
  /** A frame is closed when it would grow beyond this. */
  private static final int FRAME_BYTES = 64 * 1024;

  /** Receipts that are sent together while more are on their way. */
  private static final int RECEIPTS_TOGETHER = 256;

  /** A receipt does not wait longer for others. */
  private static final long TOGETHER_NANOS = 5_000_000;

  /** What the client wants to have of the answer. */
  record Wanted(boolean receipts, boolean stateDiff, boolean statistics) {}

  private final long wave;
  private final Wanted wanted;
  private final Runnable wake;

  /** Guarded by this. */
  private List<Receipt> announced = new ArrayList<>();

  /** Guarded by this: how many receipts there were when the stream was last woken, and when. */
  private int wokenAt;

  private long wokenNanos = System.nanoTime();

  private volatile @Nullable WaveAnswer answer;
  private volatile @Nullable Refusal refused;

  // Used by the stream alone.
  private int receiptsSent;
  private boolean anySent;
  private int changesSent;
  private boolean resultSent;
  private boolean abortSent;

  Delivery(long wave, Wanted wanted, int fromReceipt, Runnable wake) {
    this.wave = wave;
    this.wanted = wanted;
    this.receiptsSent = fromReceipt;
    this.wake = wake;
  }

  @Override
  public void onReceipt(Receipt receipt) {
    if (!wanted.receipts()) {
      return;
    }
    synchronized (this) {
      announced.add(receipt);
      final long now = System.nanoTime();
      if (announced.size() - wokenAt < RECEIPTS_TOGETHER && now - wokenNanos < TOGETHER_NANOS) {
        return;
      }
      wokenAt = announced.size();
      wokenNanos = now;
    }
    wake.run();
  }

  @Override
  public void onAnswer(WaveAnswer complete, boolean stored) {
    synchronized (this) {
      announced = complete.receipts();
    }
    answer = complete;
    wake.run();
  }

  @Override
  public void onRefusal(Refusal refusal) {
    refused = refusal;
    wake.run();
  }

  /** Why the wave has no answer, once every frame before that is taken. */
  @Nullable Refusal refusal() {
    return refused;
  }

  /** Whether every frame is taken. */
  boolean done() {
    return resultSent;
  }

  /** The next frame that can be sent now, or null. */
  @Nullable ExecuteWaveResponse next() {
    final Refusal refusal = refused;
    if (refusal != null) {
      return abortFrame(refusal);
    }
    final WaveAnswer complete = answer;
    if (wanted.receipts()) {
      final List<Receipt> part = takeReceipts();
      if (!part.isEmpty()) {
        return receipts(part);
      }
    }
    if (complete == null) {
      return null;
    }
    final StateDelta delta = complete.delta();
    if (wanted.stateDiff() && delta == null) {
      refused =
          Refusal.of(
              Reason.FEATURE_OFF,
              "feature",
              "the state diff of wave " + wave,
              "detail",
              "the state before it is no longer retained");
      return null;
    }
    if (wanted.stateDiff() && delta != null && changesSent < delta.size()) {
      return changes(delta);
    }
    if (!resultSent) {
      resultSent = true;
      return ExecuteWaveResponse.newBuilder()
          .setResult(AnswerCodec.result(complete, wanted.statistics()))
          .build();
    }
    return null;
  }

  private synchronized List<Receipt> takeReceipts() {
    int bytes = 0;
    int end = receiptsSent;
    while (end < announced.size() && bytes < FRAME_BYTES) {
      bytes += AnswerCodec.estimate(announced.get(end));
      end++;
    }
    return List.copyOf(announced.subList(Math.min(receiptsSent, end), end));
  }

  private ExecuteWaveResponse receipts(List<Receipt> part) {
    final ReceiptChunk.Builder chunk =
        ReceiptChunk.newBuilder().setWave(wave).setFirstIndex(receiptsSent);
    part.forEach(receipt -> chunk.addReceipts(AnswerCodec.receipt(receipt)));
    receiptsSent += part.size();
    anySent = true;
    return ExecuteWaveResponse.newBuilder().setReceipts(chunk).build();
  }

  private ExecuteWaveResponse changes(StateDelta delta) {
    final StateDiffChunk.Builder chunk = StateDiffChunk.newBuilder().setWave(wave);
    int bytes = 0;
    while (changesSent < delta.size() && bytes < FRAME_BYTES) {
      final StateDelta.Entry entry = delta.get(changesSent++);
      final byte @Nullable [] value = entry.value();
      bytes += 48 + (value == null ? 0 : value.length);
      chunk.addChanges(AnswerCodec.change(entry));
    }
    return ExecuteWaveResponse.newBuilder().setStateDiff(chunk).build();
  }

  private @Nullable ExecuteWaveResponse abortFrame(Refusal refusal) {
    if (abortSent || !anySent) {
      return null;
    }
    abortSent = true;
    final String message = refusal.getMessage();
    return ExecuteWaveResponse.newBuilder()
        .setAbort(
            WaveAbort.newBuilder()
                .setWave(wave)
                .setReason(refusal.reason().name())
                .setMessage(message == null ? "" : message))
        .build();
  }
}
