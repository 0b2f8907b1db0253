package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.server.config.SidecarConfig.Limits;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.Submission;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.wire.StatusMapper;
import io.tidemill.server.wire.WaveCodec;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ResendReceipts;
import io.tidemill.v1.ResendTransactions;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.TransactionsAck;
import io.tidemill.v1.WaveAbort;
import io.tidemill.v1.WaveAccepted;
import io.tidemill.v1.WaveEnd;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One ExecuteWave call: frames in, waves to the pipeline, answers out.
 *
 * <p>Inbound, one frame is requested at a time, and none while the client is ahead by the allowed
 * number of waves. Outbound, frames are made only while the transport is ready; what waits are the
 * receipts themselves, which the wave holds in any case, and single slots for acknowledgements. A
 * client that never reads therefore costs what its waves cost and no more.
 *
 * <p>Threads: every method of the call holds {@link #lock}; the pipeline only wakes the stream.
 */
final class WaveStream implements StreamObserver<ExecuteWaveRequest> {
  private final WavePipeline pipeline;
  private final WaveCodec codec;
  private final Limits limits;
  private final ServerCallStreamObserver<ExecuteWaveResponse> call;
  private final Executor executor;
  private final Consumer<WaveStream> onEnd;

  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean waking = new AtomicBoolean();
  private final Deque<Delivery> deliveries = new ArrayDeque<>();
  private volatile boolean gone;

  // Guarded by the lock: the wave that is being received.
  private WaveCodec.@Nullable Header header;
  private List<Wave.Entry> entries = new ArrayList<>();
  private @Nullable PrePass prePass;
  private long bytes;

  /** Guarded by the lock: the wave that was sent last on this stream, or -1. */
  private long lastWave = -1;

  private boolean resending;

  // Guarded by the lock: control frames that wait for the transport, one slot each.
  private final ControlFrames control = new ControlFrames();
  private boolean paused;
  private boolean inputEnded;

  /** Why no further wave is taken, once that is so: the answers that are due go first. */
  private volatile @Nullable Refusal last;

  private boolean closed;

  WaveStream(
      WavePipeline pipeline,
      WaveCodec codec,
      Limits limits,
      ServerCallStreamObserver<ExecuteWaveResponse> call,
      Executor executor,
      Consumer<WaveStream> onEnd) {
    this.pipeline = pipeline;
    this.codec = codec;
    this.limits = limits;
    this.call = call;
    this.executor = executor;
    this.onEnd = onEnd;
  }

  /** Takes over the call. */
  void open() {
    call.disableAutoRequest();
    call.setOnReadyHandler(this::drain);
    call.setOnCancelHandler(this::abandon);
    call.setOnCloseHandler(this::abandon);
    call.request(1);
  }

  /** Takes no further wave: one that has begun is finished, and then the stream ends. */
  void endWith(Refusal refusal) {
    last = refusal;
    drain();
  }

  // ---- inbound ----------------------------------------------------------------------------------

  @Override
  public void onNext(ExecuteWaveRequest frame) {
    locked(
        () -> {
          if (closed || (last != null && header == null)) {
            return;
          }
          receive(frame);
          send();
          if (deliveries.size() >= Math.max(1, limits.inflightWaves())) {
            paused = true;
          } else {
            call.request(1);
          }
        });
  }

  @Override
  public void onError(Throwable failure) {
    abandon();
  }

  @Override
  public void onCompleted() {
    locked(
        () -> {
          inputEnded = true;
          forget();
          send();
        });
  }

  private void receive(ExecuteWaveRequest frame) {
    switch (frame.getFrameCase()) {
      case HEADER -> begin(codec.header(frame.getHeader()));
      case TRANSACTIONS -> chunk(frame.getTransactions());
      case END -> end(frame.getEnd());
      case ABORT -> abort(frame.getAbort());
      case RESEND -> resend(frame.getResend());
      case FRAME_NOT_SET -> throw outOfOrder("(none)", "the frame is empty");
    }
  }

  private void begin(WaveCodec.Header next) {
    final WaveCodec.Header open = header;
    if (open != null) {
      throw outOfOrder("header", "wave " + open.context().waveId() + " has not ended");
    }
    if (next.transactionCount() > limits.waveTransactions()) {
      throw Refusal.limit(
          Limit.TRANSACTIONS_PER_WAVE, next.transactionCount(), limits.waveTransactions());
    }
    if (next.parentRoot() == null && next.context().waveId() != lastWave + 1) {
      throw Refusal.field(
          "header.parent_root",
          "is empty, and the wave before was not sent on this stream: expected 32 bytes");
    }
    // Waves in flight move the position; only an idle stream can be told early.
    if (deliveries.isEmpty()) {
      pipeline.precheck(next.context().waveId(), next.parentRoot());
    }
    header = next;
    entries = new ArrayList<>();
    prePass = pipeline.prePass(next.context().waveId(), next.transactionCount());
    bytes = 0;
    resending = false;
    control.accepted =
        WaveAccepted.newBuilder()
            .setWave(next.context().waveId())
            .setStored(
                Long.compareUnsigned(next.context().waveId(), pipeline.position().expectedWave())
                    < 0)
            .build();
  }

  private void chunk(TransactionChunk chunk) {
    final long wave = open("transactions").context().waveId();
    final int first = chunk.getFirstIndex();
    if (Integer.compareUnsigned(first, entries.size()) > 0) {
      // Said once for a gap; later chunks of the same gap are dropped in silence.
      if (!resending) {
        resending = true;
        control.resend =
            ResendTransactions.newBuilder().setWave(wave).setFromIndex(entries.size()).build();
      }
      return;
    }
    resending = false;
    for (int i = entries.size() - first; i < chunk.getTransactionsCount(); i++) {
      final Wave.Entry entry = WaveCodec.entry(chunk.getTransactions(i), entries.size());
      bytes += entry.bytes().length;
      if (entries.size() >= limits.waveTransactions()) {
        throw Refusal.limit(
            Limit.TRANSACTIONS_PER_WAVE, entries.size() + 1L, limits.waveTransactions());
      }
      if (bytes > limits.waveBytes()) {
        throw Refusal.limit(Limit.WAVE_BYTES, bytes, limits.waveBytes());
      }
      entries.add(entry);
      if (prePass != null) {
        prePass.add(entry);
      }
    }
    control.ack = TransactionsAck.newBuilder().setWave(wave).setNextIndex(entries.size()).build();
  }

  private void end(WaveEnd end) {
    final WaveCodec.Header ended = open("end");
    if (end.getTransactionCount() != entries.size()) {
      throw Refusal.of(
          Reason.TRANSACTION_COUNT_MISMATCH,
          "wave",
          ended.context().waveId(),
          "transaction_count",
          Integer.toUnsignedString(end.getTransactionCount()),
          "received",
          entries.size());
    }
    final Submission submission =
        new Submission(
            ended.wave(entries), prePass, ended.expectedRoot(), end.getCommit(), () -> gone);
    // From here on the pre-pass belongs to the wave.
    prePass = null;
    forget();
    lastWave = ended.context().waveId();
    final Delivery delivery =
        new Delivery(
            lastWave,
            new Delivery.Wanted(
                ended.wantReceipts(), ended.wantStateDiff(), ended.wantStatistics()),
            0,
            this::wake);
    deliveries.add(delivery);
    pipeline.execute(submission, delivery);
  }

  /** Forgets the wave that is being received. */
  private void forget() {
    header = null;
    entries = new ArrayList<>();
    if (prePass != null) {
      prePass.close();
      prePass = null;
    }
  }

  private void abort(WaveAbort request) {
    final WaveCodec.Header open = header;
    if (open == null || open.context().waveId() != request.getWave()) {
      throw outOfOrder("abort", "wave " + request.getWave() + " is not being received");
    }
    forget();
    control.accepted = null;
    control.ack = null;
    control.resend = null;
    control.abort =
        WaveAbort.newBuilder()
            .setWave(request.getWave())
            .setReason(Reason.WAVE_ABORTED.name())
            .setMessage("abandoned by the client")
            .build();
  }

  private void resend(ResendReceipts request) {
    if (header != null) {
      throw outOfOrder("resend", "a wave is being received");
    }
    final WaveAnswer answer =
        request.getWantStateDiff()
            ? pipeline.fullAnswerOf(request.getWave())
            : pipeline.answerOf(request.getWave());
    if (answer == null) {
      throw Refusal.of(
          Reason.NOT_FOUND, "what", "wave", "key", Long.toUnsignedString(request.getWave()));
    }
    if (Integer.compareUnsigned(request.getFromIndex(), answer.receipts().size()) > 0) {
      throw Refusal.field("resend.from_index", "the wave has " + answer.receipts().size());
    }
    final Delivery delivery =
        new Delivery(
            request.getWave(),
            new Delivery.Wanted(true, request.getWantStateDiff(), false),
            request.getFromIndex(),
            this::wake);
    delivery.onAnswer(answer, true);
    deliveries.add(delivery);
  }

  private WaveCodec.Header open(String frame) {
    final WaveCodec.Header open = header;
    if (open == null) {
      throw outOfOrder(frame, "no wave has begun");
    }
    return open;
  }

  private static Refusal outOfOrder(String frame, String detail) {
    return Refusal.of(Reason.FRAME_OUT_OF_ORDER, "frame", frame, "detail", detail);
  }

  // ---- outbound ---------------------------------------------------------------------------------

  /** From any thread, without blocking: something may be ready to send. */
  private void wake() {
    if (waking.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            waking.set(false);
            drain();
          });
    }
  }

  private void drain() {
    locked(this::send);
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } catch (RuntimeException failure) {
      fail(failure);
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    while (!closed && !gone && call.isReady()) {
      final ExecuteWaveResponse first = control.take();
      if (first != null) {
        call.onNext(first);
        continue;
      }
      final Delivery delivery = deliveries.peek();
      if (delivery == null) {
        finish();
        return;
      }
      final ExecuteWaveResponse frame = delivery.next();
      if (frame != null) {
        call.onNext(frame);
      } else if (delivery.refusal() != null) {
        fail(delivery.refusal());
      } else if (delivery.done()) {
        deliveries.remove();
        if (paused && !inputEnded) {
          paused = false;
          call.request(1);
        }
      } else {
        return;
      }
    }
  }

  /** Nothing is left to send: ends the call if nothing more can come. */
  private void finish() {
    if (last != null && header == null) {
      fail(last);
    } else if (inputEnded && end()) {
      call.onCompleted();
    }
  }

  private void fail(@Nullable Throwable failure) {
    if (end()) {
      call.onError(StatusMapper.status(failure == null ? new IllegalStateException() : failure));
    }
  }

  /** The client is gone: a wave that has not begun is dropped, one that has goes on. */
  private void abandon() {
    gone = true;
    locked(this::end);
  }

  /** Lets go of everything; whether the stream was open until now. */
  private boolean end() {
    if (closed) {
      return false;
    }
    closed = true;
    deliveries.clear();
    forget();
    onEnd.accept(this);
    return true;
  }
}
