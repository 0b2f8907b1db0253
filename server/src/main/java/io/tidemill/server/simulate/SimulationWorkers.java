package io.tidemill.server.simulate;

import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of simulations: a few, with a bounded queue and a deadline that counts from when a
 * task was handed in. One more thread looks at the clock while anything runs.
 */
final class SimulationWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulationWorkers.class);

  /** Deep contracts need deep stacks. */
  private static final long STACK_BYTES = 256L << 20;

  private static final long TICK_NANOS = 10_000_000;

  /** How soon a worker without work notices that the node stops. */
  private static final long POLL_MILLIS = 100;

  /** How long a spare worker looks away while waves are worked on. */
  private static final long REST_NANOS = 500_000;

  /** A task that waits. */
  private record Task(Runnable work, long endNanos) {}

  /** A task that runs: what stops it, and when. */
  private record Running(ExecutionGuard guard, long endNanos) {}

  private final class Worker extends Thread {
    private final boolean spare;
    private volatile @Nullable Running running;

    Worker(int index, boolean spare) {
      super(null, null, "tidemill-simulate-" + index, STACK_BYTES);
      this.spare = spare;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (!closed || !tasks.isEmpty()) {
          if (spare && waves.getAsBoolean()) {
            LockSupport.parkNanos(SimulationWorkers.this, REST_NANOS);
            continue;
          }
          final Task task = tasks.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
          if (task != null) {
            work(task);
          }
        }
      } catch (InterruptedException stopped) {
        // The node stops and does not wait any longer.
      }
    }

    private void work(Task task) {
      begin(new Running(new ExecutionGuard(), task.endNanos()));
      try {
        task.work().run();
      } catch (RuntimeException | Error failure) {
        LOG.error("a simulation worker met {}", failure.toString(), failure);
      } finally {
        running = null;
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

  private final List<Worker> all = new ArrayList<>();
  private final BlockingQueue<Task> tasks;
  private final Duration deadline;
  private final int queue;
  private final BooleanSupplier waves;
  private final Thread clock;
  private volatile boolean idle;
  private volatile boolean closed;

  /**
   * Running workers.
   *
   * @param threads how many; those beyond all cores but one take nothing new while {@code waves}
   *     says that a wave is being worked on
   */
  SimulationWorkers(int threads, int queue, Duration deadline, BooleanSupplier waves) {
    this.deadline = deadline;
    this.queue = queue;
    this.waves = waves;
    this.tasks = new ArrayBlockingQueue<>(queue);
    final int always = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    for (int i = 0; i < threads; i++) {
      all.add(new Worker(i, i >= always));
    }
    all.forEach(Thread::start);
    this.clock = Thread.ofPlatform().daemon().name("tidemill-simulate-clock").start(this::watch);
  }

  long running() {
    return all.stream().filter(worker -> worker.running != null).count();
  }

  int waiting() {
    return tasks.size();
  }

  /**
   * Runs {@code task} on a worker, soon.
   *
   * @throws Refusal if too many wait
   */
  void dispatch(Runnable task) {
    if (closed || !tasks.offer(new Task(task, System.nanoTime() + deadline.toNanos()))) {
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
    while (!closed || running() > 0) {
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

  /** Lets what runs and waits end within the deadline, then interrupts it. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(clock);
    final long end = System.nanoTime() + deadline.toNanos();
    try {
      for (Worker worker : all) {
        worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(Thread::interrupt);
  }
}
