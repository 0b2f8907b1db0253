package io.tidemill.server.simulate;

import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.SimulationThread.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of simulations: a few, with a bounded queue and a deadline that counts from when a
 * task was handed in. Whoever simulates holds a seat: each worker its own, and as many are there
 * for a {@link SimulationThread} of somebody else that runs a short task itself. One more thread
 * looks at the clock while anything runs.
 */
final class SimulationWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulationWorkers.class);

  private static final long TICK_NANOS = 2_000_000;

  /** After so many looks at empty seats the clock sleeps until somebody sits down. */
  private static final int LOOKS = 50;

  private static final long IDLE_NANOS = 1_000_000_000;

  /** What a caller who finds the queue full is told to wait. */
  private static final long RETRY_MILLIS = 100;

  /** How soon a worker without work notices that the node stops. */
  private static final long POLL_MILLIS = 100;

  /**
   * How long a spare worker looks away while waves are worked on, and how long another one rests
   * after each task: what a call costs on its way to a worker has no low priority.
   */
  private static final long REST_NANOS = 500_000;

  /** Processor time between two ticks after which a task has to leave a thread it borrowed. */
  private static final long BRIEF_NANOS = QuickCalls.QUICK_NANOS;

  /** The same in time by the clock, for one that waits for a disk. */
  private static final long BORROWED_NANOS = 25_000_000;

  /** What became of a task that somebody would run on a thread with other things to do. */
  enum Here {
    DONE,
    NOT_NOW,
    TOO_LONG
  }

  /** A task that waits. */
  private record Task(Runnable work, long endNanos) {}

  /** Thrown through a task that took too long for where it ran: it must begin again elsewhere. */
  private static final class NotBrief extends Error {
    private static final long serialVersionUID = 1L;

    /** The one instance; shared because it carries no stack trace. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    static final NotBrief INSTANCE = new NotBrief();

    private NotBrief() {
      super("the task takes too long for this thread", null, false, false);
    }
  }

  private final List<Thread> workers = new ArrayList<>();
  private final AtomicReferenceArray<Running> seats;
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
    this.seats = new AtomicReferenceArray<>(2 * threads);
    final int always = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    for (int i = 0; i < threads; i++) {
      final int index = i;
      workers.add(
          new SimulationThread(() -> work(index, index >= always), "tidemill-simulate-" + i, true));
    }
    workers.forEach(Thread::start);
    this.clock = Thread.ofPlatform().daemon().name("tidemill-simulate-clock").start(this::watch);
  }

  /** Tasks that run. */
  int running() {
    int running = 0;
    for (int i = 0; i < seats.length(); i++) {
      running += seats.get(i) == null ? 0 : 1;
    }
    return running;
  }

  /** Tasks that wait. */
  int waiting() {
    return tasks.size();
  }

  // ---- ways in ---------------------------------------------------------------------------------

  /**
   * Runs {@code task} on a worker, soon.
   *
   * @throws Refusal if too many wait
   */
  void dispatch(Runnable task) {
    if (closed || !tasks.offer(new Task(task, System.nanoTime() + deadline.toNanos()))) {
      throw Refusal.full(Limit.SIMULATE_QUEUE, queue, RETRY_MILLIS);
    }
  }

  /**
   * Runs {@code task} on this thread, if it can simulate, a seat is free and no wave is being
   * worked on. A task that was given up has had no effect but on what it itself has written down.
   */
  Here runHere(Runnable task) {
    if (!(Thread.currentThread() instanceof SimulationThread thread)
        || closed
        || waves.getAsBoolean()) {
      return Here.NOT_NOW;
    }
    final Running running = new Running(System.nanoTime() + BORROWED_NANOS, thread);
    for (int seat = workers.size(); seat < seats.length(); seat++) {
      if (seats.compareAndSet(seat, null, running)) {
        try {
          run(thread, seat, running, task);
          return Here.DONE;
        } catch (NotBrief given) {
          return Here.TOO_LONG;
        }
      }
    }
    return Here.NOT_NOW;
  }

  /**
   * The result of {@code work}, which runs on a worker: this thread, if it simulates already.
   *
   * @throws Refusal if too many wait, or it did not end in time
   */
  <T> T call(Function<ExecutionGuard, T> work) {
    if (Thread.currentThread() instanceof SimulationThread thread && thread.running != null) {
      return guarded(thread.running, work);
    }
    final CompletableFuture<T> future = new CompletableFuture<>();
    dispatch(
        () -> {
          try {
            future.complete(call(work));
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

  private <T> T guarded(Running running, Function<ExecutionGuard, T> work) {
    try {
      if (running.borrowed == null && System.nanoTime() - running.endNanos >= 0) {
        throw late();
      }
      return work.apply(running.guard);
    } catch (ExecutionGuard.AttemptStopped stopped) {
      if (running.borrowed != null) {
        throw NotBrief.INSTANCE;
      }
      throw late();
    }
  }

  private Refusal late() {
    return Refusal.of(
        Reason.SIMULATION_DEADLINE,
        "limit",
        Limit.SIMULATE_DEADLINE_MILLIS.key(),
        "maximum",
        deadline.toMillis());
  }

  // ---- the threads -----------------------------------------------------------------------------

  private void work(int index, boolean spare) {
    try {
      while (!closed || !tasks.isEmpty()) {
        if (spare && waves.getAsBoolean()) {
          LockSupport.parkNanos(this, REST_NANOS);
          continue;
        }
        final Task task = tasks.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (task != null) {
          work(index, task);
          if (waves.getAsBoolean() && !closed) {
            LockSupport.parkNanos(this, REST_NANOS);
          }
        }
      }
    } catch (InterruptedException stopped) {
      // The node stops and does not wait any longer.
    }
  }

  private void work(int index, Task task) {
    final Running running = new Running(task.endNanos(), null);
    seats.set(index, running);
    try {
      run((SimulationThread) Thread.currentThread(), index, running, task.work());
    } catch (RuntimeException | Error failure) {
      LOG.error("a simulation worker met {}", failure.toString(), failure);
    }
  }

  /** Runs a task whose seat is taken, and leaves the seat. */
  private void run(SimulationThread thread, int seat, Running running, Runnable task) {
    if (idle) {
      LockSupport.unpark(clock);
    }
    thread.running = running;
    try {
      task.run();
    } finally {
      thread.running = null;
      seats.set(seat, null);
    }
  }

  private void watch() {
    int empty = 0;
    while (!closed || running() > 0) {
      empty++;
      for (int i = 0; i < seats.length(); i++) {
        final Running task = seats.get(i);
        if (task != null) {
          empty = 0;
          if (System.nanoTime() - task.endNanos >= 0 || task.overspent(BRIEF_NANOS)) {
            task.guard.stopped = true;
          }
        }
      }
      idle = empty > LOOKS;
      LockSupport.parkNanos(this, idle ? IDLE_NANOS : TICK_NANOS);
    }
  }

  /** Lets what runs and waits end within the deadline, then interrupts it. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(clock);
    final long end = System.nanoTime() + deadline.toNanos();
    try {
      for (Thread worker : workers) {
        worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.forEach(Thread::interrupt);
  }
}
