package io.tidemill.server.jsonrpc;

import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may call over HTTP: the host header guards against rebound DNS names, the origin against web
 * pages of others.
 */
record Origins(List<String> hosts, List<String> origins) {
  static Origins of(SidecarConfig.Http config) {
    return new Origins(config.allowedHosts(), config.corsOrigins());
  }

  /** Why a request is refused, or null. */
  @Nullable Refusal refusal(@Nullable String host, @Nullable String origin) {
    if (!hosts.contains("*") && (host == null || !hosts.contains(withoutPort(host)))) {
      return Refusal.field("Host", "is not one of http.allowed-hosts of this node");
    }
    if (origin != null
        && !crosses(origin)
        && !origin.equals("http://" + host)
        && !origin.equals("https://" + host)) {
      return Refusal.field("Origin", "is not one of http.cors-origins of this node");
    }
    return null;
  }

  /** Whether answers to {@code origin} carry the headers that let a page of it read them. */
  boolean crosses(String origin) {
    return origins.contains("*") || origins.contains(origin);
  }

  private static String withoutPort(String host) {
    final int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
