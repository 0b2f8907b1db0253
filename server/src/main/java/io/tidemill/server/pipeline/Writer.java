package io.tidemill.server.pipeline;

import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** The writer thread with its bounded queue: one request after the other, none lost in silence. */
final class Writer implements AutoCloseable {
  private static final Duration STOP_WAIT = Duration.ofSeconds(30);

  /** What a client who finds the queue full is told to wait. */
  private static final long RETRY_MILLIS = 100;

  /** A request; {@code refuse} answers it when the writer cannot. */
  private record Work(Runnable task, Consumer<Refusal> refuse) {}

  private final ArrayBlockingQueue<Work> queue;
  private final Function<Throwable, Refusal> onFailure;
  private final Runnable onEnd;
  private volatile boolean busy;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread thread;

  /**
   * A writer that is not started.
   *
   * @param onFailure what a request is refused with that ended in a failure
   * @param onEnd run on the thread after the last request
   */
  Writer(int capacity, Function<Throwable, Refusal> onFailure, Runnable onEnd) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.onFailure = onFailure;
    this.onEnd = onEnd;
    this.thread = Thread.ofPlatform().name("tidemill-writer").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** Requests that wait. */
  int depth() {
    return queue.size();
  }

  /** Queues {@code task}, or refuses it at once. */
  void submit(Runnable task, Consumer<Refusal> refuse) {
    if (closing.get()) {
      refuse.accept(Refusal.of(Reason.NODE_DRAINING));
    } else if (!queue.offer(new Work(task, refuse))) {
      refuse.accept(
          Refusal.full(Limit.WAVE_QUEUE, queue.size() + queue.remainingCapacity(), RETRY_MILLIS));
    }
  }

  /** Whether it works on something; a hint for those who would leave it the cores. */
  boolean busy() {
    return busy;
  }

  private void work() {
    while (!closing.get() || !queue.isEmpty()) {
      final Work work;
      try {
        work = queue.take();
      } catch (InterruptedException e) {
        break;
      }
      busy = true;
      try {
        work.task().run();
      } catch (Throwable failure) {
        // Whatever it is, the answer is not known any more (decisions O1).
        work.refuse().accept(onFailure.apply(failure));
      } finally {
        busy = false;
      }
    }
    for (Work left = queue.poll(); left != null; left = queue.poll()) {
      left.refuse().accept(Refusal.of(Reason.NODE_DRAINING));
    }
    onEnd.run();
  }

  /** Takes nothing new, serves what is queued, and stops. */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      // The last request; whatever came before it is served first.
      queue.put(new Work(() -> {}, refusal -> {}));
      if (!thread.join(STOP_WAIT)) {
        throw new IllegalStateException("the writer did not stop within " + STOP_WAIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
