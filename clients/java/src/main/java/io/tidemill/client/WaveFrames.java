package io.tidemill.client;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
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

/**
 * One ExecuteWave call: waves as frames, frames as outcomes. One thread may write while another one
 * reads.
 */
final class WaveFrames {
  /** Sends the transactions of a wave from an index on, because the node asked for them. */
  interface Resend {
    void from(int index) throws StatusException, InterruptedException;
  }

  private final BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> call;
  private final int chunkBytes;

  private WaveFrames(
      BlockingClientCall<ExecuteWaveRequest, ExecuteWaveResponse> call, int chunkBytes) {
    this.call = call;
    this.chunkBytes = chunkBytes;
  }

  /** Opens a call. */
  static WaveFrames open(Channel channel, ClientOptions options) {
    return new WaveFrames(
        ExecutionServiceGrpc.newBlockingV2Stub(channel).executeWave(), options.chunkBytes());
  }

  /** Sends nothing more. */
  void halfClose() {
    call.halfClose();
  }

  /** Gives the call up. */
  void cancel() {
    call.cancel("the stream is not used any more", null);
  }

  /** Writes a whole wave; waits while the node does not read. */
  void write(WaveRequest wave) throws StatusException, InterruptedException {
    call.write(ExecuteWaveRequest.newBuilder().setHeader(wave.header()).build());
    write(wave, 0);
  }

  /** Writes the wave from transaction {@code from} on, without its header. */
  void write(WaveRequest wave, int from) throws StatusException, InterruptedException {
    List<WaveTransaction> transactions = wave.transactions();
    TransactionChunk.Builder chunk = TransactionChunk.newBuilder().setFirstIndex(from);
    int bytes = 0;
    for (int i = from; i < transactions.size(); i++) {
      int size = transactions.get(i).getSerializedSize();
      if (chunk.getTransactionsCount() > 0 && bytes + size > chunkBytes) {
        call.write(ExecuteWaveRequest.newBuilder().setTransactions(chunk).build());
        chunk = TransactionChunk.newBuilder().setFirstIndex(i);
        bytes = 0;
      }
      chunk.addTransactions(transactions.get(i));
      bytes += size;
    }
    if (chunk.getTransactionsCount() > 0) {
      call.write(ExecuteWaveRequest.newBuilder().setTransactions(chunk).build());
    }
    WaveEnd.Builder end =
        WaveEnd.newBuilder().setTransactionCount(transactions.size()).setCommit(wave.commit());
    call.write(ExecuteWaveRequest.newBuilder().setEnd(end).build());
  }

  /** Reads until the result of the next wave. */
  WaveOutcome read(WaveListener listener, Resend resend) throws StatusException {
    List<Receipt> receipts = new ArrayList<>();
    List<StateChange> diff = new ArrayList<>();
    boolean stored = false;
    try {
      while (true) {
        ExecuteWaveResponse frame = call.read();
        if (frame == null) {
          throw Status.UNAVAILABLE
              .withDescription("the node ended the stream before the result")
              .asException();
        }
        switch (frame.getFrameCase()) {
          case ACCEPTED -> stored = frame.getAccepted().getStored();
          case ACK -> listener.onTransactionsReceived(frame.getAck().getNextIndex());
          case RESEND -> resend.from(frame.getResend().getFromIndex());
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
}
