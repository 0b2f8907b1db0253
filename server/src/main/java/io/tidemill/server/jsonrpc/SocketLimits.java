package io.tidemill.server.jsonrpc;

import io.tidemill.server.config.NodeFacts;
import java.time.Duration;

/**
 * What one WebSocket connection may use.
 *
 * @param subscriptions of one connection
 * @param writeTimeout how long one message may wait for its reader before the connection is dropped
 * @param ping how often a quiet connection is asked whether it is there
 */
public record SocketLimits(int subscriptions, Duration writeTimeout, Duration ping) {
  /** What a node uses. */
  public static final SocketLimits DEFAULT =
      new SocketLimits(NodeFacts.MAX_SUBSCRIPTIONS, Duration.ofSeconds(10), Duration.ofSeconds(20));
}
