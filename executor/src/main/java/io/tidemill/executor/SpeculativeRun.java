package io.tidemill.executor;

import io.tidemill.executor.overlay.MultiVersionMemory;
import io.tidemill.executor.overlay.MultiVersionMemory.Attempt;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.schedule.Schedule;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 *        speculation (all workers)                      commit cursor (one worker at a time)
 *
 *   [done][done][done][ ran ][ ran ][running][waits][ ... ]
 *                       ^ cursor
 *
 * Workers run transactions ahead of the cursor on whatever the lower ones have published. The cursor
 * validates the lowest finished one: every transaction below it is final, so an attempt whose reads still
 * have the same answers is what serial execution would have done. One whose reads are stale runs again,
 * at once and on the cursor, where nothing below can change any more: so every transaction runs at most
 * twice, and there is no validation index to lower, because nothing above the cursor has been validated.
 *
 * Three things keep wasted work small: the schedule holds a transaction back until those it is expected
 * to depend on have run; the writes of a stale attempt become estimates that readers wait for; and when
 * attempts keep going stale, speculation pauses and the cursor runs on alone, as a serial executor would.
 */
/**
 * One wave on a pool of workers with the outcome of serial execution. Used once. Source: decisions
 * S10; state-and-transactions 5.2.
 */
final class SpeculativeRun {
  /** Runs transaction {@code index} on {@code overlay}; a function of what it reads. */
  interface Body {
    SettledReceipt run(int index, Overlay overlay);
  }

  /** Where tests disturb the order of events. */
  interface Probe {
    Probe NONE = () -> {};

    void pause();
  }

  /**
   * What a run works with and does not depend on.
   *
   * @param clock nanoseconds, for the statistics alone
   */
  record Surroundings(
      WorkerPool pool, WaveExecutor.ReceiptListener listener, LongSupplier clock, Probe probe) {}

  /** In {@link #claims}; every other number is that of the worker that runs it, plus one. */
  private static final int UNCLAIMED = 0;

  /** So far behind a worker, per worker, the cursor may be before it helps others to move it. */
  private static final int MAX_LAG = 64;

  /** Stale attempts among the last {@link #WINDOW} that pause speculation. */
  private static final int TOO_MANY_ABORTS = 8;

  private static final int WINDOW = 32;
  private static final int FIRST_SERIAL_STRETCH = 64;

  private static final int SPINS = 200;
  private static final long IDLE_NANOS = 20_000;
  private static final int MAX_DOUBLINGS = 4;

  private final int size;
  private final Body body;
  private final Surroundings surroundings;
  private final MultiVersionMemory memory;
  private final Schedule schedule;
  private final AtomicIntegerArray waits;
  private final AtomicIntegerArray claims;
  private final AtomicReferenceArray<@Nullable Ran> ran;
  private final AtomicBoolean committing = new AtomicBoolean();
  private final AtomicLong idleNanos = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final ReadyQueue ready;

  /** The lowest transaction that is not final. */
  private volatile int cursor;

  /** Speculation rests until the cursor is here; the cursor runs on alone. */
  private volatile int serialUntil;

  // Guarded by the holder of `committing`.
  private int serialStretch = FIRST_SERIAL_STRETCH;
  private long recentAborts;
  private int aborts;
  private final TreeMap<StateKey, Integer> conflicts = new TreeMap<>();

  SpeculativeRun(Snapshot base, Schedule schedule, Body body, Surroundings surroundings) {
    this.size = schedule.size();
    this.body = body;
    this.surroundings = surroundings;
    this.schedule = schedule;
    this.memory = new MultiVersionMemory(base, 4 * size, this::awaitRerun);
    this.waits = new AtomicIntegerArray(schedule.waitsFor());
    this.claims = new AtomicIntegerArray(size);
    this.ran = new AtomicReferenceArray<>(size);
    this.ready = new ReadyQueue(schedule, surroundings.pool().size());
  }

  /** Runs to the end on all workers. */
  void execute() {
    surroundings.pool().run(worker -> new Worker(worker).work());
    if (cursor != size) {
      throw new NodeFault("the wave stopped at transaction " + cursor + " of " + size);
    }
  }

  /** What is read after the last transaction. */
  StateView after() {
    return memory.view(size);
  }

  /** What came of it. */
  FinalAttempts attempts() {
    return new FinalAttempts(ran, surroundings.pool());
  }

  /** What it cost. */
  WaveStatistics statistics() {
    return new WaveStatistics(
        surroundings.pool().size(),
        size,
        size + aborts,
        aborts,
        schedule.depth(),
        idleNanos.get(),
        conflicts);
  }

  /** One worker's part in the wave. */
  private final class Worker {
    private final int mark;

    /** Roots that this worker has taken from the queue. */
    private int nextRoot;

    private int endRoot;
    private int rests;
    private long idleSince;
    private long idle;

    Worker(int number) {
      mark = number + 1;
    }

    void work() {
      int next = -1;
      try {
        while (cursor < size && failure.get() == null) {
          if (next < 0 && cursor >= serialUntil) {
            next = take();
          }
          if (next >= 0) {
            busy();
            next = cursor >= serialUntil && claim(next, mark) ? speculate(next) : -1;
          } else if (advance(mark, true)) {
            busy();
          } else {
            restOnce();
          }
        }
        busy();
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
        throw e;
      } finally {
        idleNanos.addAndGet(idle);
      }
    }

    /** The freed ones first: they are below most roots and the cursor will want them soon. */
    private int take() {
      final int freed = ready.pollFreed();
      if (freed >= 0) {
        return freed;
      }
      if (nextRoot == endRoot) {
        final long range = ready.takeRoots();
        nextRoot = (int) (range >>> 32);
        endRoot = (int) range;
      }
      return nextRoot < endRoot ? ready.root(nextRoot++) : -1;
    }

    /** Runs a claimed transaction ahead of the cursor; returns a successor to run next, or -1. */
    private int speculate(int transaction) {
      ran.set(transaction, attempt(transaction, null));
      final int successor = release(transaction);
      advance(mark, transaction - cursor > MAX_LAG * surroundings.pool().size());
      return successor;
    }

    private void restOnce() {
      if (rests == 0) {
        idleSince = surroundings.clock().getAsLong();
      }
      rests++;
      // A chain leaves this worker idle for long: it may as well prepare a wave that is to come.
      if (rests <= SPINS || !surroundings.pool().help()) {
        rest(rests);
      }
    }

    private void busy() {
      if (rests > 0) {
        rests = 0;
        idle += surroundings.clock().getAsLong() - idleSince;
      }
    }
  }

  private boolean claim(int transaction, int mark) {
    return claims.compareAndSet(transaction, UNCLAIMED, mark);
  }

  private static void rest(int rests) {
    if (rests < SPINS) {
      Thread.onSpinWait();
    } else {
      // Whoever has waited for long will wait for long: waking up takes the cores' time.
      LockSupport.parkNanos(IDLE_NANOS << Math.min(MAX_DOUBLINGS, (rests - SPINS) / 8));
    }
  }

  /** Lets the successors go; keeps one for this worker, whose caches are warm. */
  private int release(int transaction) {
    int mine = -1;
    for (int successor : schedule.successors()[transaction]) {
      if (waits.decrementAndGet(successor) == 0) {
        if (mine < 0) {
          mine = successor;
        } else {
          ready.add(successor);
        }
      }
    }
    return mine;
  }

  private Ran attempt(int transaction, @Nullable Attempt previous) {
    if (Thread.currentThread().isInterrupted()) {
      throw new NodeFault("a worker was interrupted before transaction " + transaction);
    }
    surroundings.probe().pause();
    final MultiVersionMemory.View view = memory.view(transaction);
    final Overlay overlay = new Overlay(view);
    SettledReceipt receipt = null;
    RuntimeException error = null;
    try {
      receipt = body.run(transaction, overlay);
    } catch (RuntimeException e) {
      // On values that never were together anything can go wrong. It counts if the reads turn out
      // true.
      error = e;
      overlay.rollback(0);
    }
    surroundings.probe().pause();
    return new Ran(
        memory.publish(view, overlay, previous),
        receipt,
        error,
        overlay.sortedCodes(),
        overlay.messages());
  }

  /**
   * Makes as many transactions final as the worker with {@code mark} may; false when there is none.
   * Unless it has to help, a worker leaves what others have run to them: all of it is in their
   * caches, and little of it in its own.
   */
  private boolean advance(int mark, boolean helping) {
    boolean moved = false;
    while (failure.get() == null
        && cursorIsReady(mark, helping)
        && committing.compareAndSet(false, true)) {
      try {
        while (failure.get() == null && cursorIsReady(mark, helping)) {
          moved |= finishOne(cursor, mark);
        }
      } finally {
        committing.set(false);
      }
    }
    return moved;
  }

  /** Whether the transaction at the cursor has run, or nobody has begun to run it. */
  private boolean cursorIsReady(int mark, boolean helping) {
    final int at = cursor;
    if (at >= size) {
      return false;
    }
    final int claim = claims.get(at);
    return claim == UNCLAIMED || (helping || claim == mark) && ran.get(at) != null;
  }

  /**
   * Makes the transaction at the cursor final; false when another worker has just begun to run it.
   */
  private boolean finishOne(int at, int mark) {
    final Ran speculative = ran.get(at);
    if (speculative == null) {
      if (!claim(at, mark)) {
        return false;
      }
      // Everything below is final, so this attempt needs no validation.
      finish(at, attempt(at, null), false);
      final int successor = release(at);
      // The next one is run here at once: offered to all, a chain would go from worker to worker.
      if (successor > at + 1) {
        ready.add(successor);
      }
      return true;
    }
    final StateKey conflict = memory.firstStaleRead(speculative.attempt());
    if (conflict == null) {
      finish(at, speculative, false);
    } else {
      conflicts.merge(conflict, 1, Integer::sum);
      memory.estimate(speculative.attempt());
      finish(at, attempt(at, speculative.attempt()), true);
    }
    return true;
  }

  private void finish(int at, Ran result, boolean stale) {
    if (result.error() != null) {
      throw result.error();
    }
    memory.settle(result.attempt());
    ran.set(at, result);
    surroundings.listener().onReceipt(Objects.requireNonNull(result.receipt()).receipt());
    recentAborts = recentAborts << 1 | (stale ? 1 : 0);
    if (stale) {
      aborts++;
      if (Long.bitCount(recentAborts & (1L << WINDOW) - 1) >= TOO_MANY_ABORTS) {
        recentAborts = 0;
        serialUntil = at + serialStretch;
        serialStretch = Math.min(2 * serialStretch, size);
      }
    }
    cursor = at + 1;
  }

  private void awaitRerun(int transaction) {
    int idle = 0;
    while (cursor <= transaction) {
      if (failure.get() != null || Thread.currentThread().isInterrupted()) {
        throw new NodeFault("the wave was abandoned");
      }
      rest(++idle);
    }
  }
}
