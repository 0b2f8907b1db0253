package io.tidemill.server.chain;

import io.tidemill.executor.GuardSource;
import io.tidemill.executor.wasm.ExecutionGuard;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches the processor time of attempts and stops one that uses more than its fuel can explain: a
 * module whose charges are wrong must cost this node a wave at the most, never hang it. The time
 * never decides a receipt. Source: decisions O2.
 *
 * <p>Processor time is read by the watching thread only, so an attempt pays for one map entry.
 */
final class ProcessorTimeGuards implements GuardSource, AutoCloseable {
  /**
   * What one unit of fuel may take on the compiled backend. The slowest rate measured is the JVM's
   * bytecode interpreter with 108 ns; the rest is for a machine that is slower and busy.
   */
  private static final long COMPILED_NANOS_PER_FUEL = 2_000;

  /** The same on the reference interpreter, which was measured at 250 ns when cold. */
  private static final long REFERENCE_NANOS_PER_FUEL = 20_000;

  /** For everything that is not paid by fuel, such as compiling the module. */
  private static final long GRACE_NANOS = 10_000_000_000L;

  private static final long TICK_NANOS = 100_000_000L;

  /** One attempt; {@code firstSeen} belongs to the watching thread. */
  private static final class Watched extends ExecutionGuard {
    private final long allowance;
    private long firstSeen = -1;

    Watched(long allowance) {
      this.allowance = allowance;
    }
  }

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<Thread, Watched> attempts = new ConcurrentHashMap<>();
  private final long grace;
  private final Thread watcher;
  private volatile boolean closed;

  ProcessorTimeGuards() {
    this(GRACE_NANOS);
  }

  ProcessorTimeGuards(long grace) {
    this.grace = grace;
    this.watcher = Thread.ofPlatform().daemon().name("tidemill-guard").start(this::watch);
  }

  @Override
  public ExecutionGuard begin(long gasLimit, boolean reference) {
    final long rate = reference ? REFERENCE_NANOS_PER_FUEL : COMPILED_NANOS_PER_FUEL;
    final long fuel = Math.clamp(gasLimit, 0, Long.MAX_VALUE / (2 * rate));
    final Watched guard = new Watched(grace + fuel * rate);
    attempts.put(Thread.currentThread(), guard);
    return guard;
  }

  @Override
  public void end(ExecutionGuard guard) {
    attempts.remove(Thread.currentThread(), guard);
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(TICK_NANOS);
      attempts.forEach(this::look);
    }
  }

  private void look(Thread thread, Watched guard) {
    final long used = threads.getThreadCpuTime(thread.threadId());
    if (used < 0) {
      return;
    }
    if (guard.firstSeen < 0) {
      guard.firstSeen = used;
    } else if (used - guard.firstSeen > guard.allowance) {
      guard.stopped = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watcher);
  }
}
