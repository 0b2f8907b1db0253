package io.tidemill.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket client of the JDK that reads as slowly as a test likes. */
public final class Socket implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final BlockingQueue<JsonNode> arrived = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket socket;
  private volatile boolean reading = true;

  /** Opens {@code /} of the port; {@code origin} may be empty. */
  public Socket(int port, String origin) {
    final WebSocket.Builder builder =
        CLIENT.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(20));
    if (!origin.isEmpty()) {
      builder.header("Origin", origin);
    }
    socket = builder.buildAsync(URI.create("ws://localhost:" + port + "/"), new Reader()).join();
  }

  public Socket(int port) {
    this(port, "");
  }

  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          arrived.add(MAPPER.readTree(text.toString()));
        } catch (IOException e) {
          closed.completeExceptionally(e);
        }
        text.setLength(0);
      }
      if (reading) {
        from.request(1);
      }
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      closed.complete(status);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      closed.completeExceptionally(failure);
    }
  }

  public void send(String text) {
    socket.sendText(text, true).join();
  }

  public void sendBinary(byte[] bytes) {
    socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
  }

  /** Sends a request of JSON-RPC with id 1. */
  public void request(String method, String params) {
    send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}");
  }

  /** The next message. */
  public JsonNode next() {
    try {
      final JsonNode message = arrived.poll(20, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no message within 20 seconds");
      }
      return message;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The item of the next notification. */
  public JsonNode item() {
    return next().get("params").get("result");
  }

  /** Subscribes; the answer's result. */
  public JsonNode subscribe(String topic, String filter) {
    request("pyde_subscribe", "[\"" + topic + "\"," + filter + "]");
    final JsonNode answer = next();
    if (!answer.has("result")) {
      throw new AssertionError(answer.toString());
    }
    return answer.get("result");
  }

  /** Reads nothing any more until {@link #resume}. */
  public void pause() {
    reading = false;
  }

  public void resume() {
    reading = true;
    socket.request(Long.MAX_VALUE);
  }

  /** The status that the server closed with. */
  public int closeStatus() {
    try {
      return closed.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException
        | java.util.concurrent.ExecutionException
        | java.util.concurrent.TimeoutException e) {
      throw new AssertionError("the server did not close", e);
    }
  }

  @Override
  public void close() {
    socket.abort();
  }
}
