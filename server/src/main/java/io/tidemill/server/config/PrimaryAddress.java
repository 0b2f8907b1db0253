package io.tidemill.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the node is that a replica follows: {@code host:port} in clear text, or {@code
 * https://host:port}, with {@code ?ca=FILE} when its certificate is signed by an authority that
 * Java does not know.
 *
 * @param encrypted whether the connection uses TLS
 * @param ca PEM file of the authority, or null for those that Java trusts
 */
public record PrimaryAddress(String host, int port, boolean encrypted, @Nullable Path ca) {
  private static final String TLS = "https://";
  private static final String CA = "ca=";

  /**
   * Reads the setting.
   *
   * @throws IllegalArgumentException if it is none of the two forms; the message says which they
   *     are. A host name with an underscore is none: gRPC does not connect to it.
   */
  static PrimaryAddress parse(String text) {
    final boolean encrypted = text.toLowerCase(Locale.ROOT).startsWith(TLS);
    final URI uri;
    try {
      uri = new URI(encrypted ? text : "none://" + text);
    } catch (URISyntaxException e) {
      throw refusal();
    }
    final String query = uri.getQuery();
    if (uri.getHost() == null
        || uri.getPort() < 0
        || uri.getPort() > 0xFFFF
        || uri.getUserInfo() != null
        || uri.getFragment() != null
        || !uri.getPath().isEmpty()
        || query != null && !(encrypted && query.startsWith(CA))) {
      throw refusal();
    }
    return new PrimaryAddress(
        uri.getHost(),
        uri.getPort(),
        encrypted,
        query == null ? null : Path.of(query.substring(CA.length())));
  }

  private static IllegalArgumentException refusal() {
    return new IllegalArgumentException(
        "must be host:port of a reader port, or https://host:port when that has TLS, with ?ca=FILE"
            + " for an authority of one's own; host names have letters, digits, hyphens and dots,"
            + " no underscores");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
