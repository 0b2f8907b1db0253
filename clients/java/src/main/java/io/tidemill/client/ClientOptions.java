package io.tidemill.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a node.
 *
 * @param host name or address; empty with a socket
 * @param port the gRPC port; 0 with a socket
 * @param socket the node's Unix domain socket, or null
 * @param tls how the connection is encrypted, or null for clear text
 * @param token gives the bearer token of each request, or null
 * @param callDeadline for reads and simulations; a wave has none
 * @param retries for requests that may be repeated
 * @param chunkBytes transactions of a wave travel in messages of about this size
 */
public record ClientOptions(
    String host,
    int port,
    @Nullable Path socket,
    @Nullable ClientTls tls,
    @Nullable Supplier<String> token,
    Duration callDeadline,
    RetryPolicy retries,
    int chunkBytes) {
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Defaults for a node in clear text, as a development chain or a sidecar is. */
  public static ClientOptions plaintext(String host, int port) {
    return new ClientOptions(
        host, port, null, null, null, DEADLINE, RetryPolicy.DEFAULT, CHUNK_BYTES);
  }

  /** Defaults for a node in the same pod or machine, over its Unix domain socket (Linux). */
  public static ClientOptions unix(Path socket) {
    return new ClientOptions("", 0, socket, null, null, DEADLINE, RetryPolicy.DEFAULT, CHUNK_BYTES);
  }

  /** The same over TLS. */
  public ClientOptions withTls(ClientTls encryption) {
    return new ClientOptions(
        host, port, socket, encryption, token, callDeadline, retries, chunkBytes);
  }

  /** The same with a bearer token that stays as it is. */
  public ClientOptions withToken(String bearer) {
    return withTokens(() -> bearer);
  }

  /** The same with a fresh token for each request, as a node with a JWT secret wants it. */
  public ClientOptions withJwtSecret(JwtSecret secret) {
    return withTokens(secret::token);
  }

  private ClientOptions withTokens(Supplier<String> tokens) {
    return new ClientOptions(host, port, socket, tls, tokens, callDeadline, retries, chunkBytes);
  }

  /** The same with other retries. */
  public ClientOptions withRetries(RetryPolicy policy) {
    return new ClientOptions(host, port, socket, tls, token, callDeadline, policy, chunkBytes);
  }
}
