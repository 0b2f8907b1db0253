package io.tidemill.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a node.
 *
 * @param host name or address
 * @param port the gRPC port
 * @param token a bearer token, or null
 * @param callDeadline for reads and simulations; a wave has none
 * @param retries for requests that may be repeated
 * @param chunkBytes transactions of a wave travel in messages of about this size
 */
public record ClientOptions(
    String host,
    int port,
    @Nullable String token,
    Duration callDeadline,
    RetryPolicy retries,
    int chunkBytes) {
  /** Defaults for a node without authentication, as a development chain or a sidecar is. */
  public static ClientOptions plaintext(String host, int port) {
    return new ClientOptions(
        host, port, null, Duration.ofSeconds(30), RetryPolicy.DEFAULT, 256 * 1024);
  }

  /** The same with a bearer token. */
  public ClientOptions withToken(String bearer) {
    return new ClientOptions(host, port, bearer, callDeadline, retries, chunkBytes);
  }

  /** The same with other retries. */
  public ClientOptions withRetries(RetryPolicy policy) {
    return new ClientOptions(host, port, token, callDeadline, policy, chunkBytes);
  }
}
