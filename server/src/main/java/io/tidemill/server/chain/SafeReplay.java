package io.tidemill.server.chain;

import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.state.Snapshot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that ended in the middle of a wave runs that wave on the reference interpreter after the
 * restart, before it compiles anything: a module that kills the compiler or the JVM cannot do it
 * again, and the answer is the same. A wave is in its middle from the first of its transactions
 * until it is durable, because compilers work on after it was answered.
 *
 * <p>A node that dies again soon after doubles the number of waves it runs like that, so that even
 * a module called in every wave leaves it running most of the time. Source: design of the engine,
 * point 5; ADR 15.
 */
final class SafeReplay implements WaveExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(SafeReplay.class);

  /** Dying within so many waves after a safe replay counts as the same illness. */
  private static final long RELAPSE_WAVES = 64;

  /** The most waves that one death puts on the interpreter. */
  private static final int MOST_DOUBLINGS = 8;

  private final WaveExecutor executor;
  private final InFlightFile file;
  private final Consumer<Boolean> referenceOnly;
  private final AtomicLong replayed = new AtomicLong();
  private final int deaths;
  private final long safeUntil;
  private volatile boolean active;
  private boolean faulted;
  private InFlightFile.Entry last;

  /**
   * Reads how the last process ended.
   *
   * @param headWave the newest durable wave
   * @param referenceOnly switches everything to the reference interpreter, or back
   */
  SafeReplay(
      WaveExecutor executor, InFlightFile file, long headWave, Consumer<Boolean> referenceOnly) {
    this.executor = executor;
    this.file = file;
    this.referenceOnly = referenceOnly;
    final InFlightFile.Entry before = file.read();
    final boolean died = before.executing() && before.wave() > headWave;
    // On the interpreter it was not the compiler's doing, and it does not count.
    final boolean compiling = before.wave() > before.safeUntil();
    if (died && compiling) {
      final boolean relapse = before.wave() - before.safeUntil() <= RELAPSE_WAVES;
      deaths = relapse ? Math.min(before.deaths() + 1, MOST_DOUBLINGS + 1) : 1;
      safeUntil = Math.max(before.wave(), headWave + (1L << (deaths - 1)));
    } else {
      deaths = before.deaths();
      safeUntil = died ? Math.max(before.wave(), before.safeUntil()) : before.safeUntil();
    }
    last = new InFlightFile.Entry(false, headWave, safeUntil, deaths);
    if (safeUntil > headWave && deaths > 0) {
      active = true;
      referenceOnly.accept(true);
      LOG.warn(
          "safe replay: {}; waves up to {} run on the reference interpreter",
          died
              ? "the node died while wave " + before.wave() + " was not durable"
              : "what a node that died has to repeat is not finished",
          safeUntil);
    }
  }

  /** Whether the next wave runs on the reference interpreter. */
  boolean active() {
    return active;
  }

  /** Lets metrics see it. */
  void observe(Telemetry telemetry) {
    telemetry.gauge(MetricCatalogue.REPLAY_ACTIVE, () -> active ? 1 : 0);
    telemetry.gauge(MetricCatalogue.REPLAY_WAVES, replayed::get);
  }

  @Override
  public @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return executor.prePass(wave, expected, state);
  }

  @Override
  public synchronized WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final long number = wave.context().waveId();
    last = new InFlightFile.Entry(true, number, safeUntil, deaths);
    file.write(last);
    final WaveResult result;
    try {
      result = executor.execute(wave, prePass, base, listener);
    } catch (InvalidWaveException refused) {
      throw refused;
    } catch (Throwable fault) {
      faulted = true;
      throw fault;
    }
    if (active) {
      replayed.incrementAndGet();
      LOG.info("safe replay: wave {} ran on the reference interpreter", number);
      if (number >= safeUntil) {
        active = false;
        referenceOnly.accept(false);
        LOG.info("safe replay: done, modules are compiled again");
      }
    }
    return result;
  }

  /**
   * Ends the executor. After a node fault the wave counts as unfinished: whatever was wrong with it
   * may not be wrong on the interpreter.
   */
  @Override
  public void close() {
    executor.close();
    synchronized (this) {
      if (!faulted) {
        file.write(new InFlightFile.Entry(false, last.wave(), last.safeUntil(), last.deaths()));
      }
      file.close();
    }
  }
}
