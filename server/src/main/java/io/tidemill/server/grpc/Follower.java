package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.wire.StatusMapper;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream that follows the chain at its client's pace: a frame is made when the transport is ready
 * for it, from what the store holds then. Nothing is buffered in between.
 */
abstract class Follower<T> implements CommitFeed.Follower {
  private static final long NOTHING = -1;

  private final ServerCallStreamObserver<T> call;
  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean waking = new AtomicBoolean();
  private final AtomicLong unwound = new AtomicLong(NOTHING);
  private volatile boolean gone;
  private volatile Runnable leave = () -> {};

  Follower(ServerCallStreamObserver<T> call, Executor executor) {
    this.call = call;
    this.executor = executor;
  }

  /** Takes over the call and begins to follow. */
  final void open(CommitFeed feed) {
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    leave = feed.follow(this);
    if (gone) {
      leave.run();
    }
    wake();
  }

  /** The next frame, or null when there is nothing new. */
  abstract @Nullable T next();

  /** The frame that says that everything above {@code wave} is void; the cursor moves back. */
  abstract T unwind(long wave);

  @Override
  public final void moved() {
    wake();
  }

  @Override
  public final void unwound(long wave) {
    unwound.accumulateAndGet(
        wave, (known, next) -> known == NOTHING ? next : Math.min(known, next));
    wake();
  }

  @Override
  public final void drained() {
    executor.execute(
        () -> {
          lock.lock();
          try {
            if (!gone) {
              end();
              call.onError(StatusMapper.status(Refusal.of(Reason.NODE_DRAINING)));
            }
          } finally {
            lock.unlock();
          }
        });
  }

  private void end() {
    gone = true;
    leave.run();
  }

  private void wake() {
    if (!gone && waking.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            waking.set(false);
            drain();
          });
    }
  }

  private void drain() {
    lock.lock();
    try {
      while (!gone && call.isReady()) {
        final long back = unwound.getAndSet(NOTHING);
        final T frame = back != NOTHING ? unwind(back) : next();
        if (frame == null) {
          return;
        }
        call.onNext(frame);
      }
    } catch (RuntimeException failure) {
      end();
      call.onError(StatusMapper.status(failure));
    } finally {
      lock.unlock();
    }
  }
}
