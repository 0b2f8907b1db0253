package io.tidemill.server.errors;

import java.util.Locale;

/**
 * What a node limits. GetInfo lists every limit with its value, and an error about one names it as
 * GetInfo does.
 */
public enum Limit {
  TRANSACTIONS_PER_WAVE("transactions of a wave"),
  WAVE_BYTES("bytes of the transactions of a wave"),
  WAVE_GAS("the sum of the gas limits of a wave"),
  MESSAGE_BYTES("bytes of a message"),
  INFLIGHT_WAVES("waves sent ahead of their answers"),
  WAVE_STREAMS("open wave streams"),
  WAVE_QUEUE("requests that wait for the writer"),
  QUARANTINED_CODES("quarantined code hashes of a wave"),
  SYSTEM_ENTRIES("system entries of a wave"),
  SYSTEM_ENTRY_BYTES("bytes of a system entry"),
  PLAINTEXTS("combined plaintexts of a wave"),
  ROLLBACK_WAVES("waves that a rollback takes back"),
  SIMULATE_FUEL_CAP("fuel of a simulation"),
  SIMULATE_DEADLINE_MILLIS("milliseconds of a simulation"),
  SIMULATE_CONCURRENCY("simulations at a time"),
  SIMULATE_QUEUE("simulations that wait"),
  SIMULATE_WAVES("waves of a simulation"),
  SIMULATE_CALLS("calls of a simulation"),
  SESSIONS("open sessions"),
  EXPORTS("snapshot exports at a time"),
  WASM_BYTES("bytes of a module"),
  JSON_BODY_BYTES("bytes of a request"),
  JSON_BATCH("requests of a batch"),
  JSON_DEPTH("levels of nesting of a request"),
  JSON_ANSWER_BYTES("bytes of an answer"),
  HTTP_MEMORY_BYTES("bytes of memory of all requests over HTTP"),
  WEBSOCKETS("open WebSocket connections"),
  WEBSOCKET_SUBSCRIPTIONS("subscriptions of a connection"),
  PAGE("items of a page"),
  EVENT_PAGE("events of a page"),
  EVENT_WAVE_SPAN("waves that are searched for events at a time"),
  EVENT_CONTRACTS("contracts of an event filter"),
  EVENT_TOPICS("topic positions of an event filter"),
  EVENT_TOPIC_VALUES("values at a topic position"),
  SLOTS("slots of a request"),
  PROOF_KEYS("keys of a proof");

  private final String what;

  Limit(String what) {
    this.what = what;
  }

  /** Its name in GetInfo of JSON-RPC and in the metadata of errors. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is limited, in words. */
  public String what() {
    return what;
  }
}
