package io.tidemill.executor;

import io.tidemill.executor.schedule.AccessSet;
import io.tidemill.executor.schedule.Schedule;
import io.tidemill.executor.schedule.Scheduler;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 *   entries   | stretch 0 | stretch 1 | stretch 2 | (filling)      one producer: the stream of the wave
 *   workers     done        claimed     waiting                    decode, hash, verify, predict, prefetch
 *   schedule   ^ planned up to here, in order, by whoever finishes the next stretch
 */
/**
 * The pre-pass of one wave, from its first transaction on: in stretches, on workers that have
 * nothing better to do, while earlier waves still execute and the rest of this one still arrives.
 * What is not done when the wave is executed is done then, on all workers. A pre-pass changes when
 * work is done and never a result: whatever it cannot do is left for later.
 *
 * <p>{@link #add} and {@link #close} belong to one thread at a time.
 */
public final class PrePass implements AutoCloseable {
  /** Transactions of a stretch: short, because a wave may wait for a worker that is in one. */
  private static final int STRETCH = 32;

  /** Keys that a wave may prefetch at least, and per transaction: lists must not flush caches. */
  static final int MIN_PREFETCH = 10_000;

  private static final int PREFETCH_PER_TRANSACTION = 4;

  private final Preparation preparation;
  private final Rules rules;
  private final WorkerPool pool;
  private final Supplier<Snapshot> state;
  private final AtomicInteger prefetchLeft;
  private final AtomicBoolean planning = new AtomicBoolean();

  /** Guarded by {@link #planning}. */
  private final Scheduler scheduler;

  /** Written by the holder of {@link #planning}. */
  private volatile int planned;

  /** Guarded by this. */
  private final List<Stretch> stretches = new ArrayList<>();

  private List<Wave.Entry> filling = new ArrayList<>(STRETCH);
  private volatile boolean closed;

  /**
   * A pre-pass of a wave of which nothing has arrived.
   *
   * @param expected a hint for the number of transactions
   * @param state opens a recent state: for the keys of senders and for prefetching
   */
  PrePass(
      Preparation preparation,
      Rules rules,
      WorkerPool pool,
      int expected,
      Supplier<Snapshot> state) {
    this.preparation = preparation;
    this.rules = rules;
    this.pool = pool;
    this.state = state;
    this.scheduler = new Scheduler(expected);
    this.prefetchLeft =
        new AtomicInteger(Math.max(MIN_PREFETCH, PREFETCH_PER_TRANSACTION * expected));
  }

  /** Takes in the next transaction of the wave and leaves it for {@link #finish}. */
  void hold(Wave.Entry entry) {
    filling.add(entry);
    if (filling.size() == STRETCH) {
      seal();
    }
  }

  /** Takes in the next transaction of the wave. */
  public void add(Wave.Entry entry) {
    filling.add(entry);
    if (filling.size() == STRETCH) {
      final Stretch full = seal();
      pool.background(
          () -> {
            if (!closed) {
              full.run(null);
            }
          });
    }
  }

  /** Nobody will execute the wave: what has not begun is dropped. */
  @Override
  public void close() {
    closed = true;
  }

  private Stretch seal() {
    final Stretch full = new Stretch(filling);
    filling = new ArrayList<>(STRETCH);
    synchronized (this) {
      stretches.add(full);
    }
    return full;
  }

  private synchronized @Nullable Stretch stretch(int index) {
    return index < stretches.size() ? stretches.get(index) : null;
  }

  /** A wave that is ready to be executed in parallel. */
  record Result(Prepared[] prepared, Schedule schedule) {}

  /** Does what is left, on all workers, with {@code base} as the state. */
  Result finish(Wave wave, Snapshot base) {
    if (!filling.isEmpty()) {
      seal();
    }
    final List<Stretch> all = List.copyOf(stretches);
    if (!covers(all, wave)) {
      throw new IllegalArgumentException("this is the pre-pass of another wave");
    }
    pool.each(all.size(), 1, i -> all.get(i).finish(base));
    plan();
    final Prepared[] prepared = new Prepared[wave.transactions().size()];
    int at = 0;
    for (Stretch stretch : all) {
      System.arraycopy(stretch.prepared, 0, prepared, at, stretch.prepared.length);
      at += stretch.prepared.length;
    }
    return new Result(prepared, scheduler.finish());
  }

  @SuppressWarnings("ReferenceEquality") // the very entries, which nobody changes
  private static boolean covers(List<Stretch> stretches, Wave wave) {
    int at = 0;
    for (Stretch stretch : stretches) {
      for (Wave.Entry entry : stretch.entries) {
        if (at >= wave.transactions().size() || wave.transactions().get(at++) != entry) {
          return false;
        }
      }
    }
    return at == wave.transactions().size();
  }

  /** Plans every stretch that is done and follows the planned ones. */
  private void plan() {
    while (nextIsDone() && planning.compareAndSet(false, true)) {
      try {
        int at = planned;
        for (Stretch next = stretch(at); next != null && next.done; next = stretch(at)) {
          for (AccessSet set : next.expected) {
            scheduler.place(set);
          }
          planned = ++at;
        }
      } finally {
        planning.set(false);
      }
    }
  }

  private boolean nextIsDone() {
    final Stretch next = stretch(planned);
    return next != null && next.done;
  }

  /** Some transactions in a row; prepared by whoever claims it. */
  private final class Stretch {
    private final List<Wave.Entry> entries;
    private final Prepared[] prepared;
    private final AccessSet[] expected;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile boolean done;

    Stretch(List<Wave.Entry> entries) {
      this.entries = entries;
      this.prepared = new Prepared[entries.size()];
      this.expected = new AccessSet[entries.size()];
    }

    /** Prepares the stretch on {@code base}, or on a recent state when there is none yet. */
    void run(@Nullable Snapshot base) {
      if (!claimed.compareAndSet(false, true)) {
        return;
      }
      try {
        if (base != null) {
          prepare(base);
        } else {
          try (Snapshot recent = state.get()) {
            prepare(recent);
          }
        }
        done = true;
      } finally {
        if (!done) {
          claimed.set(false);
        }
      }
      plan();
    }

    /** Returns when the stretch is done, by this worker or by another. */
    void finish(Snapshot base) {
      while (!done) {
        run(base);
        Thread.onSpinWait();
      }
    }

    private void prepare(Snapshot base) {
      final List<StateKey> keys = new ArrayList<>(4 * entries.size());
      for (int i = 0; i < prepared.length; i++) {
        prepared[i] = preparation.prepare(entries.get(i), base, rules);
        expected[i] = AccessPrediction.of(prepared[i]);
        keys.addAll(expected[i].reads());
        keys.addAll(expected[i].writes());
        keys.addAll(expected[i].payments());
      }
      final int granted = Math.min(keys.size(), prefetchLeft.getAndAdd(-keys.size()));
      if (granted > 0) {
        base.prefetch(keys.subList(0, granted));
      }
    }
  }
}
