package io.tidemill.server.simulate;

import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.Base;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.Commit;
import io.tidemill.state.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sessions: copy-on-write views that several callers work in at once, each its own. They end when
 * they are committed, dropped or idle, or when the node stops. Safe for use by many threads.
 */
public final class Sessions implements AutoCloseable {
  /** A session that is not used for so long is dropped. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  /** What a caller is told to wait when no more sessions may be open. */
  private static final long RETRY_MILLIS = 900;

  private static final class Session {
    private final SessionState state;
    private final long idleNanos;
    private volatile long used = System.nanoTime();

    Session(SessionState state, long idleNanos) {
      this.state = state;
      this.idleNanos = idleNanos;
    }
  }

  private final ChainReader reader;
  private final Simulator simulator;
  private final SidecarConfig.Sessions config;
  private final Map<String, Session> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tidemill-sessions").factory());

  private final ScheduledFuture<?> sweeping;

  /** No sessions yet; the reader learns to read inside them. */
  public Sessions(ChainReader reader, Simulator simulator, SidecarConfig.Sessions config) {
    this.reader = reader;
    this.simulator = simulator;
    this.config = config;
    reader.sessions(this::snapshot);
    this.sweeping = sweeper.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /** What a session started from. */
  public record Opened(String id, long wave, io.tidemill.state.StateRoot root) {}

  /**
   * Opens a session on {@code base}.
   *
   * @param idle after how much time without use it is dropped; zero for the node's own
   */
  public Opened open(Base base, Duration idle) {
    if (open.size() >= config.maximum()) {
      throw Refusal.full(Limit.SESSIONS, config.maximum(), RETRY_MILLIS);
    }
    final Duration wait = idle.isZero() || idle.compareTo(IDLE) > 0 ? IDLE : idle;
    final SessionState state = simulator.session(reader.open(base));
    final String id = UUID.randomUUID().toString();
    open.put(id, new Session(state, wait.toNanos()));
    return new Opened(id, state.base().wave(), state.base().root());
  }

  /** Runs waves in a session and leaves their effects there. */
  public Simulated execute(String id, List<Simulation.SimWave> waves, Simulation.Options options) {
    final Session session = use(id);
    try {
      return simulator.execute(session.state, waves, options);
    } finally {
      session.used = System.nanoTime();
    }
  }

  /** Makes the session's state a commit beside the chain, and ends the session. */
  public Commit commit(String id) {
    final Session session = use(id);
    final Commit commit =
        session.state.work(
            () ->
                reader
                    .store()
                    .commitChild(
                        session.state.base(), session.state.delta(), session.state.codes()));
    end(id);
    return commit;
  }

  /**
   * Ends a session and forgets what it did.
   *
   * @throws Refusal if it is not open
   */
  public void drop(String id) {
    use(id);
    end(id);
  }

  private Session use(String id) {
    final Session session = open.get(id);
    if (session == null) {
      throw Refusal.of(Reason.SESSION_NOT_FOUND, "session_id", id);
    }
    session.used = System.nanoTime();
    return session;
  }

  private @Nullable Snapshot snapshot(String id) {
    final Session session = open.get(id);
    if (session == null) {
      return null;
    }
    session.used = System.nanoTime();
    return session.state.snapshot();
  }

  private void end(String id) {
    final Session session = open.remove(id);
    if (session != null) {
      session.state.work(
          () -> {
            session.state.close();
            return id;
          });
    }
  }

  private void sweep() {
    final long now = System.nanoTime();
    open.forEach(
        (id, session) -> {
          if (now - session.used > session.idleNanos) {
            end(id);
          }
        });
  }

  /** Drops every session. */
  @Override
  public void close() {
    sweeping.cancel(false);
    sweeper.shutdownNow();
    open.keySet().forEach(this::end);
  }
}
