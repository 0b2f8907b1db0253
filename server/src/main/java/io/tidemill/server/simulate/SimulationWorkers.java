package io.tidemill.server.simulate;

import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads of simulations: a few, with a bounded queue and a deadline that counts from when a
 * task was handed in. One more thread looks at the clock while anything runs.
 */
final class SimulationWorkers implements AutoCloseable {
  /** Deep contracts need deep stacks. */
  private static final long STACK_BYTES = 256L << 20;

  private static final long TICK_NANOS = 10_000_000;

  /** A task that runs: what stops it, and when. */
  private record Running(ExecutionGuard guard, long endNanos) {}

  private final class Worker extends Thread {
    private volatile @Nullable Running running;

    Worker(Runnable loop) {
      super(null, loop, "tidemill-simulate", STACK_BYTES);
      setDaemon(true);
    }

    @Override
    public void run() {
      all.add(this);
      try {
        super.run();
      } finally {
        all.remove(this);
      }
    }

    void begin(Running task) {
      running = task;
      if (idle) {
        LockSupport.unpark(clock);
      }
    }

    <T> T call(Function<ExecutionGuard, T> work) {
      final Running task = running;
      if (task == null) {
        throw new IllegalStateException("a worker called without a task");
      }
      try {
        if (System.nanoTime() - task.endNanos() >= 0) {
          throw late();
        }
        return work.apply(task.guard());
      } catch (ExecutionGuard.AttemptStopped stopped) {
        throw late();
      }
    }
  }

  private final Set<Worker> all = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor pool;
  private final Duration deadline;
  private final int queue;
  private final Thread clock;
  private volatile boolean idle;
  private volatile boolean closed;

  SimulationWorkers(int threads, int queue, Duration deadline) {
    this.deadline = deadline;
    this.queue = queue;
    this.pool =
        new ThreadPoolExecutor(
            threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), Worker::new);
    this.clock = Thread.ofPlatform().daemon().name("tidemill-simulate-clock").start(this::watch);
  }

  int running() {
    return pool.getActiveCount();
  }

  int waiting() {
    return pool.getQueue().size();
  }

  /**
   * Runs {@code task} on a worker, soon.
   *
   * @throws Refusal if too many wait
   */
  void dispatch(Runnable task) {
    final long end = System.nanoTime() + deadline.toNanos();
    try {
      pool.execute(() -> run(task, end));
    } catch (RejectedExecutionException full) {
      throw Refusal.of(
          Reason.QUEUE_FULL,
          "queue",
          "the simulation queue",
          "maximum",
          queue,
          "retry_after_millis",
          100);
    }
  }

  private static void run(Runnable task, long end) {
    final Worker worker = (Worker) Thread.currentThread();
    worker.begin(new Running(new ExecutionGuard(), end));
    try {
      task.run();
    } finally {
      worker.running = null;
    }
  }

  /**
   * The result of {@code work}, which runs on a worker: this thread, if it is one.
   *
   * @throws Refusal if too many wait, or it did not end in time
   */
  <T> T call(Function<ExecutionGuard, T> work) {
    if (Thread.currentThread() instanceof Worker worker) {
      return worker.call(work);
    }
    final CompletableFuture<T> future = new CompletableFuture<>();
    dispatch(
        () -> {
          try {
            future.complete(((Worker) Thread.currentThread()).call(work));
          } catch (Throwable failure) {
            future.completeExceptionally(failure);
          }
        });
    try {
      return future.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failure) {
      throw Refusal.from(failure);
    } catch (TimeoutException waited) {
      throw late();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw late();
    }
  }

  private Refusal late() {
    return Refusal.of(Reason.SIMULATION_DEADLINE, "deadline_millis", deadline.toMillis());
  }

  private void watch() {
    while (!closed) {
      boolean busy = false;
      for (Worker worker : all) {
        final Running task = worker.running;
        if (task != null) {
          busy = true;
          if (System.nanoTime() - task.endNanos() >= 0) {
            task.guard().stopped = true;
          }
        }
      }
      if (busy) {
        LockSupport.parkNanos(this, TICK_NANOS);
      } else {
        idle = true;
        LockSupport.parkNanos(this, 100 * TICK_NANOS);
        idle = false;
      }
    }
  }

  /** Lets what runs end within the deadline, then interrupts it. */
  @Override
  public void close() {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    LockSupport.unpark(clock);
  }
}
