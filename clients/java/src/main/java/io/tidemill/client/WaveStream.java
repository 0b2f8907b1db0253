package io.tidemill.client;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptChunk;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveAbort;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * One thread reads the answer, the caller's; a second one, virtual, writes the input. Writing waits
 * while the node does not read, so that a large wave is never held twice in memory; reading goes on
 * meanwhile, so that neither side waits for the other.
 *
 * A wave is identified by its number and content. When the stream breaks, nobody knows how far the
 * node got, and nobody needs to: the handshake says whether the wave can still be sent, and a node
 * that has executed it sends the stored answer, byte for byte.
 */

/**
 * Executes waves, one after the other, on one stream; opens a new stream when it breaks.
 *
 * <p>Belongs to one thread at a time.
 */
public final class WaveStream implements AutoCloseable {
  private final Channel channel;
  private final NodeReader reader;
  private final ClientOptions options;
  private @Nullable BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> call;

  WaveStream(Channel channel, NodeReader reader, ClientOptions options) {
    this.channel = channel;
    this.reader = reader;
    this.options = options;
  }

  /**
   * Sends {@code wave} and waits for its result.
   *
   * @throws NodeException if the node refused or abandoned the wave, or could not be reached within
   *     the attempts of the retry policy
   */
  public WaveOutcome execute(WaveRequest wave) {
    return execute(wave, WaveListener.NONE);
  }

  /** The same, watched by {@code listener}. */
  public WaveOutcome execute(WaveRequest wave, WaveListener listener) {
    int attempt = 1;
    while (true) {
      try {
        return attempt(wave, listener);
      } catch (StatusException failure) {
        NodeException error = NodeException.of(failure);
        drop();
        if (attempt >= options.retries().attempts() || !error.retryable()) {
          throw error;
        }
        listener.onResend(error);
        options.retries().pause(attempt);
        attempt++;
        checkStillWanted(wave);
      }
    }
  }

  /** Ends the stream; a wave that was executed stays pending. */
  @Override
  public void close() {
    BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open = call;
    if (open != null) {
      open.halfClose();
      drop();
    }
  }

  /** After a broken stream, the handshake says whether sending the wave again makes sense. */
  private void checkStillWanted(WaveRequest wave) {
    GetInfoResponse info = reader.info();
    long number = wave.header().getWave();
    if (number > info.getExpectedWave()) {
      throw new NodeException(
          "the node lost waves: it expects wave " + info.getExpectedWave() + ", not " + number,
          "WAVE_GAP",
          Fate.CALLER,
          Status.Code.OUT_OF_RANGE,
          Map.of("expected_wave", Long.toString(info.getExpectedWave())),
          null);
    }
  }

  private void drop() {
    BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open = call;
    call = null;
    if (open != null) {
      open.cancel("the stream is not used any more", null);
    }
  }

  private BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> stream() {
    BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open = call;
    if (open == null) {
      open = ExecutionServiceGrpc.newBlockingV2Stub(channel).executeWave();
      call = open;
    }
    return open;
  }

  private WaveOutcome attempt(WaveRequest wave, WaveListener listener) throws StatusException {
    BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open = stream();
    AtomicReference<@Nullable Exception> writeFailure = new AtomicReference<>();
    Thread writer =
        Thread.ofVirtual()
            .name("wave-writer")
            .start(
                () -> {
                  try {
                    write(open, wave, 0, true);
                  } catch (StatusException | InterruptedException | RuntimeException e) {
                    // The reader sees why the stream ended; this is kept for its message.
                    writeFailure.set(e);
                  }
                });
    try {
      return read(open, wave, writer, listener);
    } catch (StatusException e) {
      Exception failed = writeFailure.get();
      if (failed != null) {
        e.addSuppressed(failed);
      }
      throw e;
    } finally {
      writer.interrupt();
    }
  }

  private WaveOutcome read(
      BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open,
      WaveRequest wave,
      Thread writer,
      WaveListener listener)
      throws StatusException {
    List<Receipt> receipts = new ArrayList<>();
    List<StateChange> diff = new ArrayList<>();
    boolean stored = false;
    try {
      while (true) {
        ExecuteWaveResponse frame = open.read();
        if (frame == null) {
          throw Status.UNAVAILABLE
              .withDescription("the node ended the stream before the result")
              .asException();
        }
        switch (frame.getFrameCase()) {
          case ACCEPTED -> stored = frame.getAccepted().getStored();
          case ACK -> listener.onTransactionsReceived(frame.getAck().getNextIndex());
          case RESEND -> {
            writer.join();
            write(open, wave, frame.getResend().getFromIndex(), false);
          }
          case RECEIPTS -> add(frame.getReceipts(), receipts, listener);
          case STATE_DIFF -> diff.addAll(frame.getStateDiff().getChangesList());
          case RESULT -> {
            return new WaveOutcome(frame.getResult(), receipts, diff, stored);
          }
          case ABORT -> throw aborted(frame.getAbort());
          case FRAME_NOT_SET -> {
            // A frame of a later protocol: nothing this client must understand.
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withDescription("interrupted").withCause(e).asException();
    }
  }

  private static void add(ReceiptChunk chunk, List<Receipt> receipts, WaveListener listener)
      throws StatusException {
    if (chunk.getFirstIndex() != receipts.size()) {
      throw Status.INTERNAL
          .withDescription(
              "receipts out of order: expected "
                  + receipts.size()
                  + ", got "
                  + chunk.getFirstIndex())
          .asException();
    }
    for (Receipt receipt : chunk.getReceiptsList()) {
      receipts.add(receipt);
      listener.onReceipt(receipt);
    }
  }

  private static NodeException aborted(WaveAbort abort) {
    ErrorCatalog.Entry entry = ErrorCatalog.shipped().find(abort.getReason());
    return new NodeException(
        abort.getReason() + ": wave " + abort.getWave() + " is abandoned: " + abort.getMessage(),
        abort.getReason(),
        entry == null ? Fate.NODE : entry.fate(),
        Status.Code.ABORTED,
        Map.of("wave", Long.toString(abort.getWave())),
        null);
  }

  /** Writes the wave from transaction {@code from} on; waits while the node does not read. */
  private void write(
      BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> open,
      WaveRequest wave,
      int from,
      boolean withHeader)
      throws StatusException, InterruptedException {
    if (withHeader) {
      open.write(ExecuteWaveRequest.newBuilder().setHeader(wave.header()).build());
    }
    List<WaveTransaction> transactions = wave.transactions();
    TransactionChunk.Builder chunk = TransactionChunk.newBuilder().setFirstIndex(from);
    int bytes = 0;
    for (int i = from; i < transactions.size(); i++) {
      int size = transactions.get(i).getSerializedSize();
      if (chunk.getTransactionsCount() > 0 && bytes + size > options.chunkBytes()) {
        open.write(ExecuteWaveRequest.newBuilder().setTransactions(chunk).build());
        chunk = TransactionChunk.newBuilder().setFirstIndex(i);
        bytes = 0;
      }
      chunk.addTransactions(transactions.get(i));
      bytes += size;
    }
    if (chunk.getTransactionsCount() > 0) {
      open.write(ExecuteWaveRequest.newBuilder().setTransactions(chunk).build());
    }
    WaveEnd.Builder end =
        WaveEnd.newBuilder().setTransactionCount(transactions.size()).setCommit(wave.commit());
    open.write(ExecuteWaveRequest.newBuilder().setEnd(end).build());
  }
}
