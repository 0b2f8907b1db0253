package io.tidemill.server.config;

import java.util.List;

/**
 * What a node says about itself and what does not change while it runs.
 *
 * @param instanceId new at every start
 * @param simulateWorkers the threads that simulate
 */
public record NodeFacts(
    String version, String instanceId, int simulateWorkers, List<String> features) {
  /** Bytes of one JSON-RPC request, requests in a batch, and levels of nesting. */
  public static final int MAX_JSON_BODY = 1 << 20;

  public static final int MAX_JSON_BATCH = 100;
  public static final int MAX_JSON_DEPTH = 32;

  public NodeFacts {
    features = List.copyOf(features);
  }
}
