package io.tidemill.client.json;

import io.tidemill.client.ClientTls;
import io.tidemill.client.tx.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Sends JSON-RPC 2.0 requests to a node's HTTP port, one per HTTP request. */
public final class JsonRpcClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final URI endpoint;
  private final HttpClient http;
  private final AtomicLong ids = new AtomicLong();

  /** A client of {@code endpoint}, for instance {@code http://127.0.0.1:8545/}. */
  public JsonRpcClient(URI endpoint) {
    this(endpoint, null);
  }

  /**
   * A client of an {@code https} endpoint.
   *
   * @param tls whom to trust and which certificate to show, or null for what Java trusts; its
   *     server name is not used, HTTP verifies the name in the endpoint
   */
  public JsonRpcClient(URI endpoint, @Nullable ClientTls tls) {
    this.endpoint = endpoint;
    final HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
    if (tls != null) {
      builder.sslContext(tls.context());
    }
    this.http = builder.build();
  }

  /**
   * Calls {@code method} with {@code params}, a list or a map of values that {@link Json} writes.
   *
   * @return the result, as {@link Json} reads it
   * @throws JsonRpcException if the node answers with an error
   * @throws UncheckedIOException if it cannot be reached or does not speak JSON-RPC
   */
  public @Nullable Object call(String method, Object params) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    long id = ids.incrementAndGet();
    body.put("jsonrpc", "2.0");
    body.put("id", id);
    body.put("method", method);
    body.put("params", params);
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      return result(method, id, response);
    } catch (IOException e) {
      throw new UncheckedIOException(method + " at " + endpoint, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(method + " was interrupted", e));
    }
  }

  /**
   * What a view function of a contract returns now.
   *
   * @throws JsonRpcException if it fails
   */
  public byte[] view(Address contract, String function, byte[] calldata) {
    Map<String, String> call =
        Map.of("to", hex(contract.toBytes()), "function", function, "calldata", hex(calldata));
    if (call("pyde_call", List.of(call)) instanceof String data && data.startsWith("0x")) {
      return HexFormat.of().parseHex(data, 2, data.length());
    }
    throw new UncheckedIOException(new IOException("pyde_call: the result is no bytes"));
  }

  /**
   * Runs a transaction on a retained state: its receipt, its fuel and what the options ask for.
   *
   * @param transaction Borsh
   * @param options base, overrides, context and options, as {@code rpc.discover} describes them
   */
  public @Nullable Object simulate(byte[] transaction, Map<String, ?> options) {
    Map<String, Object> params = new LinkedHashMap<>(options);
    params.put("transaction", hex(transaction));
    return call("pyde_simulateTransaction", params);
  }

  private static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() {
    http.close();
  }

  private static @Nullable Object result(String method, long id, HttpResponse<String> response)
      throws IOException {
    Object answer;
    try {
      answer = Json.parse(response.body());
    } catch (IllegalArgumentException e) {
      throw new IOException(method + ": HTTP " + response.statusCode() + ", no JSON", e);
    }
    if (!(answer instanceof Map<?, ?> map)) {
      throw new IOException(method + ": the answer is no JSON object");
    }
    if (map.get("error") instanceof Map<?, ?> error) {
      int code = error.get("code") instanceof BigDecimal number ? number.intValue() : 0;
      throw new JsonRpcException(code, String.valueOf(error.get("message")), error.get("data"));
    }
    boolean ours = map.get("id") instanceof BigDecimal number && number.longValue() == id;
    if (!ours || !map.containsKey("result")) {
      throw new IOException(method + ": not the answer to request " + id);
    }
    return map.get("result");
  }
}
