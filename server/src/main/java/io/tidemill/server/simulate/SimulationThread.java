package io.tidemill.server.simulate;

import io.tidemill.executor.wasm.ExecutionGuard;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that may simulate: deep contracts need a deep stack. Waves come first, so that a worker
 * has a low priority where the system knows priorities of threads; a thread that simulates only
 * while there is no wave needs none.
 */
final class SimulationThread extends Thread {
  private static final Logger LOG = LoggerFactory.getLogger(SimulationThread.class);

  /** Reserved, and used only as deep as a contract goes. */
  private static final long STACK_BYTES = 256L << 20;

  /** A task that runs. */
  static final class Running {
    private static final long UNSEEN = -1;

    /** What stops it. */
    final ExecutionGuard guard = new ExecutionGuard();

    /** When it is stopped at the latest, by {@link System#nanoTime}. */
    final long endNanos;

    /** The thread it runs on, when it has only a moment of that thread's processor time. */
    final @Nullable Thread borrowed;

    /** The processor time of {@link #borrowed} when the clock first saw the task; its alone. */
    private long seenNanos = UNSEEN;

    Running(long endNanos, @Nullable Thread borrowed) {
      this.endNanos = endNanos;
      this.borrowed = borrowed;
    }

    /**
     * Whether a borrowed thread has spent {@code nanos} on it since it was first asked. A thread
     * that waits for a core spends nothing, and what it runs is not at fault.
     */
    boolean overspent(long nanos) {
      final Thread thread = borrowed;
      if (thread == null) {
        return false;
      }
      final long spent = THREADS.getThreadCpuTime(thread.threadId());
      if (seenNanos == UNSEEN) {
        seenNanos = spent;
      }
      return spent - seenNanos >= nanos;
    }
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What it runs; of interest to itself alone. */
  @Nullable Running running;

  private final boolean yielding;

  /** A thread; one that is {@code yielding} leaves a core that it shares to whoever wants it. */
  SimulationThread(Runnable work, String name, boolean yielding) {
    super(null, work, name, STACK_BYTES);
    this.yielding = yielding;
    setDaemon(true);
  }

  @Override
  public void run() {
    if (yielding) {
      Priority.lower();
    }
    super.run();
  }

  /** The priority of one thread, which Java itself does not set on Linux. */
  private static final class Priority {
    /** A core that a wave wants is the wave's for nine tenths of the time. */
    private static final int NICE = 10;

    private static final int PRIO_PROCESS = 0;
    private static final int THIS_THREAD = 0;
    private static final @Nullable MethodHandle SET = find();

    @SuppressWarnings("restricted") // a system call with three numbers; native access is enabled
    private static @Nullable MethodHandle find() {
      if (!System.getProperty("os.name", "").startsWith("Linux")) {
        return null;
      }
      final Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("setpriority")
          .map(
              address ->
                  linker.downcallHandle(
                      address,
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT)))
          .orElse(null);
    }

    static void lower() {
      if (SET == null) {
        return;
      }
      try {
        final int failed = (int) SET.invokeExact(PRIO_PROCESS, THIS_THREAD, NICE);
        if (failed != 0) {
          LOG.debug("the priority of simulations stays as it is");
        }
      } catch (Throwable failure) {
        LOG.debug("the priority of simulations stays as it is: {}", failure.toString());
      }
    }
  }
}
