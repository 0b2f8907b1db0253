package io.tidemill.server.jsonrpc;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Callers;
import io.tidemill.server.simulate.Simulator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC at {@code POST /}, in front of everything else the server serves: most requests of a
 * node are these, and they need none of what a servlet offers. A request is read and parsed where
 * it arrives, without blocking, and answered there if it is a quick simulation, by one other thread
 * if not; every other path goes on to the handler behind, on a thread that may block.
 */
final class RpcHandler extends Handler.Wrapper {
  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");

  private final Dispatcher dispatcher;
  private final Origins origins;
  private final Executor blocking;
  private final Simulator simulator;
  private final SlowConnections connections;
  private final RequestMemory memory;

  /**
   * A handler whose answers are made by {@code dispatcher}.
   *
   * @param blocking runs what may wait
   * @param simulator runs what simulates; refuses when too much of it waits
   * @param connections hears of every request
   * @param memory what bodies and answers may take
   */
  RpcHandler(
      Dispatcher dispatcher,
      Origins origins,
      Executor blocking,
      Simulator simulator,
      SlowConnections connections,
      RequestMemory memory) {
    super(true);
    this.dispatcher = dispatcher;
    this.origins = origins;
    this.blocking = blocking;
    this.simulator = simulator;
    this.connections = connections;
    this.memory = memory;
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    connections.request(request.getConnectionMetaData().getConnection());
    if (!"POST".equals(request.getMethod()) || !"/".equals(Request.getPathInContext(request))) {
      blocking.execute(() -> behind(request, response, callback));
      return true;
    }
    final HttpFields headers = request.getHeaders();
    final String origin = headers.get(HttpHeader.ORIGIN);
    final Refusal refusal = origins.refusal(headers.get(HttpHeader.HOST), origin);
    if (refusal != null) {
      refuse(response, callback, 403, refusal);
      return true;
    }
    if (origin != null && origins.crosses(origin)) {
      response.getHeaders().put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      response.getHeaders().put(HttpHeader.VARY, "Origin");
    }
    if (!isJson(headers.get(HttpHeader.CONTENT_TYPE))) {
      refuse(
          response,
          callback,
          415,
          Refusal.of(Reason.INVALID_REQUEST, "detail", "Content-Type must be application/json"));
      return true;
    }
    new Body(request, response, callback, Callers.of(headers.get(Callers.HEADER))).read();
    return true;
  }

  private void behind(Request request, Response response, Callback callback) {
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, 404);
      }
    } catch (Throwable failure) {
      Response.writeError(request, response, callback, failure);
    }
  }

  private static boolean isJson(@Nullable String type) {
    return type != null
        && type.regionMatches(true, 0, "application/json", 0, 16)
        && (type.length() == 16 || type.charAt(16) == ';' || type.charAt(16) == ' ');
  }

  private void refuse(Response response, Callback callback, int status, Refusal refusal) {
    answer(response, callback, status, dispatcher.refused(refusal));
  }

  private void answer(Response response, Callback callback, int status, byte @Nullable [] body) {
    if (body == null) {
      response.setStatus(204);
      callback.succeeded();
      return;
    }
    if (body.length <= RequestMemory.FREE_BYTES) {
      write(response, callback, status, body);
    } else if (memory.hold(body.length)) {
      write(response, Callback.from(callback, () -> memory.release(body.length)), status, body);
    } else {
      write(response, callback, 503, dispatcher.refused(memory.none()));
    }
  }

  private static void write(Response response, Callback callback, int status, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(JSON);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /** Parses a small body here; what may wait or is large goes to a thread that may. */
  private void dispatch(Body body) {
    if (body.length > RequestMemory.FREE_BYTES) {
      blocking.execute(() -> patiently(body, null));
      return;
    }
    final Dispatcher.Parsed parsed = dispatcher.parse(body.bytes, body.length);
    if (!parsed.simulates()) {
      blocking.execute(() -> patiently(body, parsed));
      return;
    }
    try {
      simulator.execute(
          parsed.kind(), () -> answer(parsed, body.caller, body.response, body.callback));
    } catch (Refusal full) {
      answer(body.response, body.callback, 200, parsed.refuse(full));
    }
  }

  /** Answers as soon as there is memory for it. */
  private void patiently(Body body, Dispatcher.@Nullable Parsed known) {
    final long cost = RequestMemory.cost(body.length, body.isBatch());
    if (!memory.begin(cost)) {
      body.release();
      refuse(body.response, body.callback, 503, memory.none());
      return;
    }
    try {
      final Dispatcher.Parsed parsed =
          known != null ? known : dispatcher.parse(body.bytes, body.length);
      body.release();
      answer(parsed, body.caller, body.response, body.callback);
    } finally {
      memory.end(cost);
    }
  }

  /** Answers; an error that is none of the request's goes through before anything is written. */
  private void answer(
      Dispatcher.Parsed parsed, Context caller, Response response, Callback callback) {
    final byte[] body;
    try (Scope _ = caller.makeCurrent()) {
      body = parsed.answer();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError failure) {
      callback.failed(failure);
      return;
    }
    answer(response, callback, 200, body);
  }

  /** The body of one request as it arrives. */
  private final class Body implements Runnable {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Context caller;
    private byte[] bytes;
    private int length;

    /** What {@link #bytes} takes of the memory of all requests. */
    private long taken;

    Body(Request request, Response response, Callback callback, Context caller) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.caller = caller;
      // Whoever announces much has not sent it yet.
      this.bytes = new byte[Math.clamp(request.getLength(), 256, RequestMemory.FREE_BYTES)];
    }

    /** More has arrived. */
    @Override
    public void run() {
      read();
    }

    void read() {
      if (request.getLength() > NodeFacts.MAX_JSON_BODY) {
        tooLarge();
        return;
      }
      while (true) {
        final Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          release();
          callback.failed(chunk.getFailure());
          return;
        }
        final int size = chunk.getByteBuffer().remaining();
        final boolean fits = size <= NodeFacts.MAX_JSON_BODY - length;
        final boolean room = fits && grow(length + size);
        if (room) {
          chunk.getByteBuffer().get(bytes, length, size);
          length += size;
        }
        final boolean last = chunk.isLast();
        chunk.release();
        if (!room) {
          release();
          if (fits) {
            refuse(response, callback, 503, memory.none());
          } else {
            tooLarge();
          }
          return;
        }
        if (last) {
          dispatch(this);
          return;
        }
      }
    }

    /** Makes room for {@code size} bytes; whether there is any. */
    private boolean grow(int size) {
      if (size <= bytes.length) {
        return true;
      }
      final int larger = Math.clamp(2L * bytes.length, size, NodeFacts.MAX_JSON_BODY);
      // The old and the new ones are there at once for a moment.
      if (!memory.hold(larger)) {
        return false;
      }
      bytes = Arrays.copyOf(bytes, larger);
      release();
      taken = larger;
      return true;
    }

    /** Whether it looks like a batch. */
    boolean isBatch() {
      int at = 0;
      while (at < length && bytes[at] <= ' ') {
        at++;
      }
      return at < length && bytes[at] == '[';
    }

    /** Gives back what the bytes take, which nobody reads any more. */
    void release() {
      if (taken > 0) {
        memory.release(taken);
        taken = 0;
      }
    }

    private void tooLarge() {
      refuse(
          response,
          callback,
          413,
          Refusal.limit(
              Limit.JSON_BODY_BYTES,
              Math.max(length, request.getLength()),
              NodeFacts.MAX_JSON_BODY));
    }
  }
}
