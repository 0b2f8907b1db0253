package io.tidemill.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads that execute waves. They are dedicated because contract code is bound by the
 * processor, and sized in stack for the logical limit of decisions W6. One job runs at a time; all
 * workers take part in it.
 */
public final class WorkerPool implements AutoCloseable {
  /**
   * The stack of a worker. The logical limit of 4,096 frames takes about 5 MiB in spilling compiled
   * code and 4 MiB in the interpreter; nested calls add the frames of the host beneath them. Four
   * times the worst is kept in hand, and only what is touched takes memory (decisions W6).
   */
  public static final long STACK_BYTES = 64L << 20;

  /** One job: what each worker does, and what went wrong. */
  private record Job(
      IntConsumer body, CountDownLatch finished, AtomicReference<@Nullable Throwable> failure) {}

  private final List<Thread> threads = new ArrayList<>();
  private @Nullable Job job;
  private long sequence;
  private boolean closed;

  /**
   * Starts the workers.
   *
   * @param size how many, at least one
   * @param stackBytes the stack of each; 0 leaves it to the JVM
   */
  public WorkerPool(int size, long stackBytes) {
    if (size < 1) {
      throw new IllegalArgumentException("a worker pool needs at least one worker, got " + size);
    }
    for (int i = 0; i < size; i++) {
      final int worker = i;
      final Thread thread =
          new Thread(null, () -> serve(worker), "tidemill-worker-" + worker, stackBytes);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** How many workers there are. */
  public int size() {
    return threads.size();
  }

  /**
   * Runs {@code body} once on every worker, with the worker's number, and returns when all are
   * done.
   *
   * @throws NodeFault if a worker died or was interrupted, or the caller was
   */
  public void run(IntConsumer body) {
    final Job mine = new Job(body, new CountDownLatch(threads.size()), new AtomicReference<>());
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the worker pool is closed");
      }
      if (job != null) {
        throw new IllegalStateException("the worker pool runs one job at a time");
      }
      job = mine;
      sequence++;
      notifyAll();
    }
    try {
      mine.finished.await();
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw new NodeFault("interrupted while a wave was executing", e);
    } finally {
      synchronized (this) {
        job = null;
      }
    }
    final Throwable failure = mine.failure.get();
    if (failure instanceof InvalidWaveException refused) {
      throw refused;
    }
    if (failure != null) {
      throw failure instanceof NodeFault fault
          ? fault
          : new NodeFault("a worker failed: " + failure, failure);
    }
  }

  private void serve(int worker) {
    long seen = 0;
    while (true) {
      final Job next;
      synchronized (this) {
        while (!closed && (job == null || sequence == seen)) {
          try {
            wait();
          } catch (InterruptedException e) {
            // Nothing is running: the interrupt was meant for a job that is over.
          }
        }
        if (closed) {
          return;
        }
        seen = sequence;
        next = job;
      }
      if (next != null) {
        take(next, worker);
      }
    }
  }

  private static void take(Job job, int worker) {
    try {
      job.body.accept(worker);
    } catch (Throwable e) {
      job.failure.compareAndSet(null, e);
    } finally {
      job.finished.countDown();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
