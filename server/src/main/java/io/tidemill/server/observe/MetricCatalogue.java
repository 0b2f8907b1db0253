package io.tidemill.server.observe;

import java.util.List;

/**
 * Every metric of the node. The names are a promise to dashboards and alerts: a test compares them
 * with {@code docs/metrics.md}.
 */
public final class MetricCatalogue {
  /** One metric; Prometheus replaces dots by underscores and adds the unit. */
  public record Metric(String name, String unit, String description) {}

  public static final Metric WAVES =
      new Metric(
          "tidemill.waves",
          "{wave}",
          "Waves by outcome: executed, stored, committed, refused, failed.");
  public static final Metric WAVE_STAGE =
      new Metric(
          "tidemill.wave.stage", "s", "Time of a wave by stage: queue, execute, root, commit.");
  public static final Metric TRANSACTIONS =
      new Metric(
          "tidemill.transactions", "{transaction}", "Executed transactions by receipt status.");
  public static final Metric FUEL = new Metric("tidemill.fuel", "{fuel}", "Gas used by waves.");
  public static final Metric ATTEMPTS =
      new Metric(
          "tidemill.execution.attempts",
          "{attempt}",
          "Runs of transactions: final, or aborted because they had read too early.");
  public static final Metric CONFLICTS =
      new Metric(
          "tidemill.execution.conflicts",
          "{attempt}",
          "Aborted attempts by what they had read too early: account, contract_record, slot.");
  public static final Metric WORKERS_IDLE =
      new Metric(
          "tidemill.execution.idle",
          "s",
          "Time in a wave that workers had nothing to do, summed over all of them.");
  public static final Metric FAULTS =
      new Metric("tidemill.node.faults", "{fault}", "Node faults; anything but 0 needs a restart.");
  public static final Metric DIVERGENCES =
      new Metric(
          "tidemill.root.divergences",
          "{wave}",
          "Waves whose root was not the expected one; must stay 0.");
  public static final Metric QUEUE =
      new Metric("tidemill.queue.depth", "{request}", "Requests that wait for the writer.");
  public static final Metric SEALER =
      new Metric("tidemill.sealer.depth", "{step}", "Roots and commits of waves that run or wait.");
  public static final Metric HEAD =
      new Metric("tidemill.head.wave", "{wave}", "The newest durable wave.");
  public static final Metric PENDING =
      new Metric("tidemill.pending", "{wave}", "1 while a wave is executed and not durable.");
  public static final Metric REPLICA_LAG =
      new Metric("tidemill.replica.lag", "{wave}", "Waves that a replica is behind its primary.");
  public static final Metric STREAMS =
      new Metric("tidemill.streams", "{stream}", "Open ExecuteWave streams.");
  public static final Metric FOLLOWERS =
      new Metric("tidemill.followers", "{stream}", "Open subscriptions.");
  public static final Metric WEBSOCKETS =
      new Metric("tidemill.websockets", "{connection}", "Open WebSocket connections.");
  public static final Metric WEBSOCKET_SUBSCRIPTIONS =
      new Metric(
          "tidemill.websocket.subscriptions",
          "{subscription}",
          "Subscriptions of the open WebSocket connections.");
  public static final Metric WEBSOCKETS_ENDED =
      new Metric(
          "tidemill.websockets.ended",
          "{connection}",
          "WebSocket connections that ended, by outcome: closed, slow, fault, full,"
              + " stopping.");
  public static final Metric HTTP_MEMORY =
      new Metric(
          "tidemill.http.memory",
          "By",
          "Memory that large requests over HTTP take at this moment.");
  public static final Metric HTTP_THREADS =
      new Metric(
          "tidemill.http.threads",
          "{thread}",
          "Threads of the HTTP listener that are there; one per core reads, the others may wait.");
  public static final Metric HTTP_IDLE =
      new Metric("tidemill.http.threads.idle", "{thread}", "Those of them with nothing to do.");
  public static final Metric HTTP_WAITING =
      new Metric(
          "tidemill.http.waiting", "{task}", "Tasks that wait for a thread of the HTTP listener.");
  public static final Metric REQUESTS =
      new Metric("tidemill.requests", "{request}", "Answered requests by method and outcome.");
  public static final Metric REQUEST_TIME =
      new Metric("tidemill.request.duration", "s", "Time of a request by method and outcome.");
  public static final Metric SIMULATION_TIME =
      new Metric("tidemill.simulation.duration", "s", "Time of a simulation by outcome.");
  public static final Metric SIMULATIONS_RUNNING =
      new Metric("tidemill.simulations.running", "{simulation}", "Simulations that run now.");
  public static final Metric SIMULATIONS_WAITING =
      new Metric(
          "tidemill.simulations.waiting", "{simulation}", "Simulations that wait for a worker.");
  public static final Metric MODULES =
      new Metric("tidemill.modules", "{module}", "Modules that are ready to run in memory.");
  public static final Metric MODULE_BYTES =
      new Metric("tidemill.modules.size", "By", "Bytes of the modules that are ready.");
  public static final Metric MODULE_HITS =
      new Metric("tidemill.modules.hits", "{module}", "Modules that were ready when asked for.");
  public static final Metric MODULE_MISSES =
      new Metric("tidemill.modules.misses", "{module}", "Modules that had to be made ready.");
  public static final Metric MODULE_EVICTIONS =
      new Metric("tidemill.modules.evictions", "{module}", "Modules that had to make room.");
  public static final Metric ARTIFACTS_LOADED =
      new Metric(
          "tidemill.artifacts.loaded", "{module}", "Modules taken compiled from the disk cache.");
  public static final Metric ARTIFACTS_SAVED =
      new Metric("tidemill.artifacts.saved", "{module}", "Modules put into the disk cache.");
  public static final Metric ARTIFACTS_DAMAGED =
      new Metric(
          "tidemill.artifacts.damaged",
          "{file}",
          "Files of the disk cache that were not what was written; should stay 0.");
  public static final Metric ARTIFACT_BYTES =
      new Metric("tidemill.artifacts.size", "By", "Bytes of the disk cache.");
  public static final Metric VALUE_HITS =
      new Metric(
          "tidemill.store.values.hits", "{value}", "Values of the state that were in memory.");
  public static final Metric VALUE_MISSES =
      new Metric(
          "tidemill.store.values.misses", "{value}", "Values that had to be looked for on disk.");
  public static final Metric NODE_HITS =
      new Metric("tidemill.store.nodes.hits", "{node}", "Nodes of the tree that were in memory.");
  public static final Metric NODE_MISSES =
      new Metric(
          "tidemill.store.nodes.misses", "{node}", "Nodes that had to be looked for on disk.");
  public static final Metric DIRTY_WAVES =
      new Metric(
          "tidemill.store.dirty",
          "{wave}",
          "Durable waves that are in the log of the database and not in its tables yet.");
  public static final Metric DIRTY_BYTES =
      new Metric("tidemill.store.dirty.size", "By", "About what those waves take in memory.");
  public static final Metric FLUSHES =
      new Metric("tidemill.store.flushes", "{flush}", "Times that waves went into the tables.");
  public static final Metric FLUSH_TIME =
      new Metric("tidemill.store.flush.time", "ms", "What that took, all together.");
  public static final Metric REPLAY_ACTIVE =
      new Metric(
          "tidemill.replay.active",
          "{node}",
          "1 while the node repeats on the reference interpreter what it died in.");
  public static final Metric REPLAY_WAVES =
      new Metric(
          "tidemill.replay.waves",
          "{wave}",
          "Waves that ran on the reference interpreter because the node died in one.");

  private MetricCatalogue() {}

  /** All of them, in the order of the documentation. */
  public static List<Metric> all() {
    return List.of(
        WAVES,
        WAVE_STAGE,
        TRANSACTIONS,
        FUEL,
        ATTEMPTS,
        CONFLICTS,
        WORKERS_IDLE,
        FAULTS,
        DIVERGENCES,
        QUEUE,
        SEALER,
        HEAD,
        PENDING,
        REPLICA_LAG,
        STREAMS,
        FOLLOWERS,
        WEBSOCKETS,
        WEBSOCKET_SUBSCRIPTIONS,
        WEBSOCKETS_ENDED,
        HTTP_MEMORY,
        HTTP_THREADS,
        HTTP_IDLE,
        HTTP_WAITING,
        REQUESTS,
        REQUEST_TIME,
        SIMULATION_TIME,
        SIMULATIONS_RUNNING,
        SIMULATIONS_WAITING,
        MODULES,
        MODULE_BYTES,
        MODULE_HITS,
        MODULE_MISSES,
        MODULE_EVICTIONS,
        ARTIFACTS_LOADED,
        ARTIFACTS_SAVED,
        ARTIFACTS_DAMAGED,
        ARTIFACT_BYTES,
        VALUE_HITS,
        VALUE_MISSES,
        NODE_HITS,
        NODE_MISSES,
        DIRTY_WAVES,
        DIRTY_BYTES,
        FLUSHES,
        FLUSH_TIME,
        REPLAY_ACTIVE,
        REPLAY_WAVES);
  }
}
