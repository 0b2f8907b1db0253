package io.tidemill.server.config;

import io.tidemill.executor.Rules;
import io.tidemill.server.errors.Limit;
import io.tidemill.state.EventQuery;

/** The value of every {@link Limit} of a node, for GetInfo. */
public final class NodeLimits {
  private final SidecarConfig config;
  private final NodeFacts facts;
  private final Rules rules;

  /** The limits of a node whose next wave is under {@code rules}. */
  public NodeLimits(SidecarConfig config, NodeFacts facts, Rules rules) {
    this.config = config;
    this.facts = facts;
    this.rules = rules;
  }

  /** How much it is; the gas of a wave is unsigned. */
  public long of(Limit limit) {
    return switch (limit) {
      case TRANSACTIONS_PER_WAVE -> config.limits().waveTransactions();
      case WAVE_BYTES -> config.limits().waveBytes();
      case WAVE_GAS -> rules.gas().waveGasLimit();
      case MESSAGE_BYTES -> config.limits().messageBytes();
      case INFLIGHT_WAVES -> config.limits().inflightWaves();
      case WAVE_STREAMS -> NodeFacts.MAX_WAVE_STREAMS;
      case WAVE_QUEUE -> NodeFacts.MAX_WAVE_QUEUE;
      case QUARANTINED_CODES -> NodeFacts.MAX_QUARANTINED_CODES;
      case SYSTEM_ENTRIES -> NodeFacts.MAX_SYSTEM_ENTRIES;
      case SYSTEM_ENTRY_BYTES -> NodeFacts.MAX_SYSTEM_ENTRY_BYTES;
      case PLAINTEXTS -> NodeFacts.MAX_PLAINTEXTS;
      case ROLLBACK_WAVES -> config.data().rollbackWaves();
      case SIMULATE_FUEL_CAP -> config.simulate().fuelCap();
      case SIMULATE_DEADLINE_MILLIS -> config.simulate().deadline().toMillis();
      case SIMULATE_CONCURRENCY -> facts.simulateWorkers();
      case SIMULATE_QUEUE -> config.simulate().queue();
      case SIMULATE_WAVES -> NodeFacts.MAX_SIMULATED_WAVES;
      case SIMULATE_CALLS -> NodeFacts.MAX_SIMULATED_CALLS;
      case SESSIONS -> config.sessions().maximum();
      case EXPORTS -> NodeFacts.MAX_EXPORTS;
      case WASM_BYTES -> rules.gas().maxDeployWasmBytes();
      case JSON_BODY_BYTES -> NodeFacts.MAX_JSON_BODY;
      case JSON_BATCH -> NodeFacts.MAX_JSON_BATCH;
      case JSON_DEPTH -> NodeFacts.MAX_JSON_DEPTH;
      case JSON_ANSWER_BYTES -> NodeFacts.MAX_JSON_ANSWER;
      case HTTP_MEMORY_BYTES -> NodeFacts.httpMemory();
      case WEBSOCKETS -> config.http().websockets();
      case WEBSOCKET_SUBSCRIPTIONS -> NodeFacts.MAX_SUBSCRIPTIONS;
      case PAGE -> NodeFacts.MAX_PAGE;
      case EVENT_PAGE -> EventQuery.MAX_LIMIT;
      case EVENT_WAVE_SPAN -> EventQuery.MAX_SPAN;
      case EVENT_CONTRACTS -> NodeFacts.MAX_EVENT_CONTRACTS;
      case EVENT_TOPICS -> EventQuery.MAX_POSITIONS;
      case EVENT_TOPIC_VALUES -> EventQuery.MAX_VALUES;
      case SLOTS -> NodeFacts.MAX_SLOTS;
      case PROOF_KEYS -> NodeFacts.MAX_PROOF_KEYS;
    };
  }
}
