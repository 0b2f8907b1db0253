package io.tidemill.executor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads that execute waves. They are dedicated because contract code is bound by the
 * processor, and sized in stack for the logical limit of decisions W6. One job runs at a time; all
 * workers take part in it. Between jobs, and when a job leaves a worker nothing to do, it takes
 * background tasks: small pieces of work for the waves to come.
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

  /** Guarded by this; {@link #waiting} says how many there are without the lock. */
  private final ArrayDeque<Runnable> background = new ArrayDeque<>();

  private volatile int waiting;
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

  /**
   * Runs {@code item} for every number below {@code count}, in stretches of {@code grain} that the
   * workers share, and returns when all are done. Fails like {@link #run}.
   */
  public void each(int count, int grain, IntConsumer item) {
    final AtomicInteger next = new AtomicInteger();
    run(
        _ -> {
          for (int from = next.getAndAdd(grain); from < count; from = next.getAndAdd(grain)) {
            final int end = Math.min(count, from + grain);
            for (int i = from; i < end; i++) {
              item.accept(i);
            }
          }
        });
  }

  /**
   * Queues a short task for a worker that has nothing better to do. Nobody hears when it fails, so
   * whoever needs what it does looks whether it was done.
   */
  public void background(Runnable task) {
    synchronized (this) {
      if (!closed) {
        background.add(task);
        waiting = background.size();
        notify();
      }
    }
  }

  /** Runs one background task on the calling worker; false when there is none. */
  boolean help() {
    if (waiting == 0) {
      return false;
    }
    final Runnable task;
    synchronized (this) {
      task = background.poll();
      waiting = background.size();
    }
    if (task == null) {
      return false;
    }
    try {
      task.run();
    } catch (Throwable e) {
      // A worker must not die of it: the next job counts on all of them.
    }
    return true;
  }

  private void serve(int worker) {
    long seen = 0;
    while (true) {
      Job next = null;
      synchronized (this) {
        while (!closed && background.isEmpty() && (job == null || sequence == seen)) {
          try {
            wait();
          } catch (InterruptedException e) {
            // Nothing is running: the interrupt was meant for a job that is over.
          }
        }
        if (closed) {
          return;
        }
        if (job != null && sequence != seen) {
          seen = sequence;
          next = job;
        }
      }
      if (next != null) {
        take(next, worker);
      } else {
        help();
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
