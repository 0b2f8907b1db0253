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

  /** Bytes of the answers of one JSON-RPC batch; one answer may pass it. */
  public static final int MAX_JSON_ANSWER = 10 << 20;

  /** Open ExecuteWave streams, and requests that wait for the writer. */
  public static final int MAX_WAVE_STREAMS = 16;

  public static final int MAX_WAVE_QUEUE = 64;

  /** What the header of a wave may carry. */
  public static final int MAX_QUARANTINED_CODES = 1_024;

  public static final int MAX_SYSTEM_ENTRIES = 1_024;
  public static final int MAX_SYSTEM_ENTRY_BYTES = 65_536;
  public static final int MAX_PLAINTEXTS = 10_000;

  /** Waves and calls of one simulation. */
  public static final int MAX_SIMULATED_WAVES = 64;

  public static final int MAX_SIMULATED_CALLS = 256;

  /** Receipts, events or commits in a page; who asks for more gets a full page. */
  public static final int MAX_PAGE = 1_000;

  /** Slots and proven keys of one request, contracts of an event filter. */
  public static final int MAX_SLOTS = 1_000;

  public static final int MAX_PROOF_KEYS = 256;
  public static final int MAX_EVENT_CONTRACTS = 8;

  /** Subscriptions of one WebSocket connection. */
  public static final int MAX_SUBSCRIPTIONS = 16;

  /** Snapshots that are written at a time. */
  public static final int MAX_EXPORTS = 1;

  /** Bytes of heap that all requests over HTTP may take. */
  public static long httpMemory() {
    return Runtime.getRuntime().maxMemory() / 4;
  }

  public NodeFacts {
    features = List.copyOf(features);
  }
}
