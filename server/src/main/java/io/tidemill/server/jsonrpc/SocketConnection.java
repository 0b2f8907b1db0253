package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/*
 * Two threads meet here: the one that answers requests, and a virtual one that pushes what the
 * subscriptions have. Both write one message at a time and wait until the transport has taken it, so
 * that nothing is ever buffered: a client that does not read stops its own pusher, which reads on
 * from the store when it is let.
 */

/** One WebSocket: requests like those over HTTP, and its subscriptions. */
final class SocketConnection implements CommitFeed.Follower {
  /** The peer does not read. In the range of RFC 6455 for private use. */
  static final int CLOSE_TOO_SLOW = 4408;

  static final int CLOSE_GOING_AWAY = 1001;

  private static final int CLOSE_FAULT = 1011;

  /** How long a close frame may take to get out before the connection is cut. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final long NOTHING = -1;

  private final Session session;
  private final SocketLimits limits;
  private final Dispatcher dispatcher;
  private final Telemetry telemetry;
  private final RequestMemory memory;
  private final Runnable leave;
  private final ReentrantLock writing = new ReentrantLock();
  private final Semaphore signal = new Semaphore(0);
  private final AtomicLong unwound = new AtomicLong(NOTHING);

  /** By id; guarded by itself. */
  private final Map<String, Subscription> active = new LinkedHashMap<>();

  /** Made by the request that is being answered; they begin after its answer. */
  private final Map<String, Subscription> fresh = new LinkedHashMap<>();

  private final CompletableFuture<@Nullable Void> said = new CompletableFuture<>();
  private long lastId;
  private final AtomicBoolean counted = new AtomicBoolean();
  private volatile boolean gone;

  SocketConnection(
      Session session,
      SocketLimits limits,
      Function<List<Method>, Dispatcher> dispatcher,
      Function<Params, Subscription> open,
      CommitFeed feed,
      RequestMemory memory,
      Telemetry telemetry) {
    this.session = session;
    this.telemetry = telemetry;
    this.memory = memory;
    this.limits = limits;
    this.dispatcher =
        dispatcher.apply(
            List.of(
                SubscribeMethods.subscribe(params -> subscribe(open.apply(params))),
                SubscribeMethods.unsubscribe(this::unsubscribe)));
    this.leave = feed.follow(this);
    Thread.ofVirtual().name("tidemill-socket").start(this::push);
  }

  @Override
  public void moved() {
    signal.release();
  }

  @Override
  public void unwound(long wave) {
    unwound.accumulateAndGet(
        wave, (known, next) -> known == NOTHING ? next : Math.min(known, next));
    signal.release();
  }

  @Override
  public void drained() {
    close(CLOSE_GOING_AWAY, "the node is stopping", "stopping");
  }

  // ---- requests ---------------------------------------------------------------------------------

  /** Answers one message; the connection's next one is read when this returns. */
  void request(String text) {
    final byte[] body = text.getBytes(StandardCharsets.UTF_8);
    final long cost = RequestMemory.cost(body.length, text.stripLeading().startsWith("["));
    if (!memory.begin(cost)) {
      send(new String(dispatcher.refused(memory.none()), StandardCharsets.UTF_8));
      return;
    }
    try {
      final byte[] answer = dispatcher.parse(body, body.length).answer();
      if (answer != null) {
        send(new String(answer, StandardCharsets.UTF_8));
      }
    } finally {
      memory.end(cost);
    }
    synchronized (active) {
      active.putAll(fresh);
    }
    fresh.clear();
    signal.release();
  }

  private JsonNode subscribe(Subscription subscription) {
    final int count;
    synchronized (active) {
      count = active.size() + fresh.size();
    }
    if (count >= limits.subscriptions()) {
      throw Refusal.limit(Limit.WEBSOCKET_SUBSCRIPTIONS, count + 1L, limits.subscriptions());
    }
    final String id = "s" + ++lastId;
    fresh.put(id, subscription);
    return JsonViews.NODES
        .objectNode()
        .put("subscription", id)
        .put("cursor", subscription.cursor());
  }

  private JsonNode unsubscribe(Params params) {
    final String id = params.text("subscription");
    if (id == null) {
      throw Refusal.field("subscription", "is missing");
    }
    final Subscription ended;
    synchronized (active) {
      ended = active.containsKey(id) ? active.remove(id) : fresh.remove(id);
    }
    return JsonViews.NODES.booleanNode(ended != null);
  }

  /** How many subscriptions it has. */
  int subscriptions() {
    synchronized (active) {
      return active.size();
    }
  }

  // ---- pushing ----------------------------------------------------------------------------------

  private void push() {
    try {
      while (!gone) {
        if (!signal.tryAcquire(limits.ping().toMillis(), TimeUnit.MILLISECONDS)) {
          write(callback -> session.sendPing(ByteBuffer.allocate(0), callback));
        }
        signal.drainPermits();
        final long back = unwound.getAndSet(NOTHING);
        if (back != NOTHING) {
          each((id, subscription) -> notify(id, subscription.unwind(back)));
        }
        while (!gone && round()) {
          // More may be there: every subscription gets its turn.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      close(CLOSE_FAULT, Refusal.from(failure).getMessage(), "fault");
    }
  }

  /** One item of each subscription; whether there was any. */
  private boolean round() {
    final boolean[] any = {false};
    each(
        (id, subscription) -> {
          if (unwound.get() == NOTHING) {
            final ObjectNode item = subscription.next();
            if (item != null) {
              any[0] = true;
              notify(id, item);
            }
          }
        });
    return any[0];
  }

  private interface Visitor {
    void visit(String id, Subscription subscription);
  }

  private void each(Visitor visitor) {
    final List<Map.Entry<String, Subscription>> all;
    synchronized (active) {
      all = new ArrayList<>(active.entrySet().stream().map(Map.Entry::copyOf).toList());
    }
    all.forEach(entry -> visitor.visit(entry.getKey(), entry.getValue()));
  }

  private void notify(String id, ObjectNode item) {
    synchronized (active) {
      if (!active.containsKey(id)) {
        return; // unsubscribed meanwhile
      }
    }
    final ObjectNode message = JsonViews.NODES.objectNode().put("jsonrpc", "2.0");
    message.put("method", SubscribeMethods.NOTIFICATION);
    message.putObject("params").put("subscription", id).set("result", item);
    try {
      send(dispatcher.mapper().writeValueAsString(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }

  // ---- the wire ---------------------------------------------------------------------------------

  private void send(String text) {
    write(callback -> session.sendText(text, callback));
  }

  private void write(Consumer<Callback> operation) {
    writing.lock();
    try {
      if (gone) {
        return;
      }
      final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
      operation.accept(Callback.from(() -> done.complete(null), done::completeExceptionally));
      done.get(limits.writeTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close(
          CLOSE_TOO_SLOW,
          Refusal.of(Reason.CLIENT_TOO_SLOW, "waited_millis", limits.writeTimeout().toMillis())
              .getMessage(),
          "slow");
    } catch (ExecutionException e) {
      ended("closed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended("closed");
    } finally {
      writing.unlock();
    }
  }

  /** Says why, and cuts the connection when the peer does not take that either. */
  private void close(int status, @Nullable String reason, String outcome) {
    if (gone) {
      return;
    }
    ended(outcome);
    final String words = reason == null ? "" : reason;
    session.close(
        status,
        words.substring(0, Math.min(words.length(), 120)),
        Callback.from(() -> said.complete(null), failure -> said.complete(null)));
    Thread.ofVirtual()
        .name("tidemill-socket-linger")
        .start(
            () -> {
              try {
                Thread.sleep(LINGER);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              session.disconnect();
            });
  }

  /** Done when the transport has taken the reason of {@link #close}. */
  CompletableFuture<@Nullable Void> said() {
    return said;
  }

  /** The connection is over, for the first reason that is given. */
  void ended(String outcome) {
    if (counted.compareAndSet(false, true)) {
      telemetry.websocketEnded(outcome);
    }
    gone = true;
    leave.run();
    signal.release();
  }
}
