package io.tidemill.server.testing;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.WaveResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consensus client as small as possible. */
public final class WaveClient implements AutoCloseable {
  private static final Object COMPLETED = new Object();

  /** What one wave was answered with. */
  public record Answer(List<Receipt> receipts, List<StateChange> diff, WaveResult result) {}

  private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
  private final ClientCallStreamObserver<ExecuteWaveRequest> call;

  WaveClient(ManagedChannel channel) {
    this(channel, true);
  }

  /** A client that reads only what {@link #read} asks for when {@code automatic} is false. */
  public WaveClient(ManagedChannel channel, boolean automatic) {
    call =
        (ClientCallStreamObserver<ExecuteWaveRequest>)
            ExecutionServiceGrpc.newStub(channel).executeWave(new Responses(arrived, automatic));
  }

  private record Responses(BlockingQueue<Object> arrived, boolean automatic)
      implements ClientResponseObserver<ExecuteWaveRequest, ExecuteWaveResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<ExecuteWaveRequest> call) {
      if (!automatic) {
        call.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(ExecuteWaveResponse frame) {
      arrived.add(frame);
    }

    @Override
    public void onError(Throwable failure) {
      arrived.add(failure);
    }

    @Override
    public void onCompleted() {
      arrived.add(COMPLETED);
    }
  }

  public void send(ExecuteWaveRequest frame) {
    call.onNext(frame);
  }

  public void sendAll(List<ExecuteWaveRequest> frames) {
    frames.forEach(call::onNext);
  }

  /** Asks for frames of a call that is not read automatically. */
  public void read(int frames) {
    call.request(frames);
  }

  /** Breaks the stream. */
  public void disconnect() {
    call.cancel("gone", null);
  }

  /** The next frame, or null when the server completed; throws the status of a failed call. */
  public @Nullable ExecuteWaveResponse next() {
    final Object item;
    try {
      item = arrived.poll(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (item == null) {
      throw new IllegalStateException("no frame within 20 seconds");
    }
    if (item == COMPLETED) {
      return null;
    }
    if (item instanceof StatusRuntimeException status) {
      throw status;
    }
    return (ExecuteWaveResponse) item;
  }

  /** Reads until the next frame of this kind. */
  public ExecuteWaveResponse await(ExecuteWaveResponse.FrameCase kind) {
    while (true) {
      final ExecuteWaveResponse frame = next();
      if (frame == null) {
        throw new IllegalStateException("the stream ended before a frame " + kind);
      }
      if (frame.getFrameCase() == kind) {
        return frame;
      }
    }
  }

  /** Reads until a wave has its result. */
  public Answer awaitResult() {
    final List<Receipt> receipts = new ArrayList<>();
    final List<StateChange> diff = new ArrayList<>();
    while (true) {
      final ExecuteWaveResponse frame = next();
      if (frame == null) {
        throw new IllegalStateException("the stream ended before the result");
      }
      switch (frame.getFrameCase()) {
        case RECEIPTS -> receipts.addAll(frame.getReceipts().getReceiptsList());
        case STATE_DIFF -> diff.addAll(frame.getStateDiff().getChangesList());
        case RESULT -> {
          return new Answer(receipts, diff, frame.getResult());
        }
        default -> {}
      }
    }
  }

  @Override
  public void close() {
    call.onCompleted();
  }
}
