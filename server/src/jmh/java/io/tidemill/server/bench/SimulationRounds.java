package io.tidemill.server.bench;

import io.tidemill.executor.tx.Address;
import io.tidemill.server.demo.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Calls over JSON-RPC: as many as are answered, then half as many at fixed times. For the second
 * load the connections are others, so that the JVM compiles some of its code anew; what that costs
 * is a figure of its own, and the latency is measured after it. Anvil gets the same of both.
 */
final class SimulationRounds {
  private static final int CONNECTIONS = 4;

  private final long millis;
  private final BiConsumer<String, Object> figures;

  SimulationRounds(int seconds, BiConsumer<String, Object> figures) {
    this.millis = seconds * 1_000L;
    this.figures = figures;
  }

  void run(Path folder) throws IOException, InterruptedException {
    try (Anvil anvil = Anvil.start()) {
      if (anvil != null) {
        final HttpLoad load = new HttpLoad(anvil.port(), CONNECTIONS, anvil.calls(), "\"result\"");
        load.flatOut(millis / 2);
        measure("anvil_eth_call", load);
      }
    }
    try (NodeProcess node = EdgeBench.node(folder)) {
      try (WaveSession session = new WaveSession(node)) {
        session.send(new Workload().setup());
      }
      final HttpLoad load = load(node);
      // The compiler of the JVM takes a core for some seconds; anvil was compiled before.
      load.flatOut(2 * millis);
      measure("simulate", load);
    }
  }

  private void measure(String name, HttpLoad load) {
    final HttpLoad.Result full = load.flatOut(millis);
    figures.accept(name + "_per_s", Math.round(full.perSecond()));
    final double half = full.perSecond() / 2;
    figures.accept(
        name + "_p99_ms_at_first", EdgeBench.millis(load.paced(millis / 2, half).p99Nanos()));
    final HttpLoad.Result paced = load.paced(millis, half);
    figures.accept(name + "_p50_ms", EdgeBench.millis(paced.p50Nanos()));
    figures.accept(name + "_p99_ms", EdgeBench.millis(paced.p99Nanos()));
  }

  /** A view of a balance and a transfer of the token, in turn. */
  static HttpLoad load(NodeProcess node) {
    final Workload workload = new Workload();
    final Address holder = workload.address(0);
    final Address other = workload.address(1);
    return new HttpLoad(
        node.httpPort(),
        CONNECTIONS,
        List.of(
            call(
                "{\"to\":\"0x"
                    + Workload.TOKEN
                    + "\",\"function\":\"balance_of\",\"calldata\":\"0x"
                    + holder
                    + "\",\"view\":true}"),
            call(
                "{\"from\":\"0x"
                    + holder
                    + "\",\"to\":\"0x"
                    + Workload.TOKEN
                    + "\",\"function\":\"transfer\",\"calldata\":\"0x"
                    + other
                    + "0a"
                    + "00".repeat(15)
                    + "\"}")),
        "\"result\"");
  }

  private static String call(String call) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_call\",\"params\":[" + call + "]}";
  }
}
