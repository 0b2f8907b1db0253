package io.tidemill.server.jsonrpc;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections on which no request has begun for a while, whatever trickles in on them. An
 * idle timeout alone is no help against clients that send one byte of a header now and then. A
 * connection that became a WebSocket is none of HTTP any more and is left alone.
 *
 * <p>Safe for use by many threads.
 */
final class SlowConnections extends AbstractLifeCycle implements Connection.Listener {
  private final Map<Connection, Long> begun = new ConcurrentHashMap<>();
  private final Scheduler scheduler = new ScheduledExecutorScheduler("tidemill-http-slow", true);
  private final Duration patience;

  /** Connections may go {@code patience} from one request to the next. */
  SlowConnections(Duration patience) {
    this.patience = patience;
  }

  @Override
  protected void doStart() throws Exception {
    scheduler.start();
    schedule();
  }

  @Override
  protected void doStop() throws Exception {
    scheduler.stop();
  }

  private void schedule() {
    scheduler.schedule(this::sweep, Math.max(1, patience.toMillis() / 4), TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    final long now = System.nanoTime();
    begun.forEach(
        (connection, since) -> {
          if (now - since > patience.toNanos()) {
            connection.close();
          }
        });
    if (isRunning() || isStarting()) {
      schedule();
    }
  }

  @Override
  public void onOpened(Connection connection) {
    begun.put(connection, System.nanoTime());
  }

  @Override
  public void onClosed(Connection connection) {
    begun.remove(connection);
  }

  /** A request has begun on {@code connection}. */
  void request(Connection connection) {
    begun.replace(connection, System.nanoTime());
  }
}
