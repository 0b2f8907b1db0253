package io.tidemill.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code ./tidemill bench parallel}: several workers beside one on the same waves, waves through a
 * node until they are durable, and native revm beside them.
 */
public final class ParallelBench {
  private static final List<String> PARTS = List.of("executor", "durable", "verified", "anvil");

  private static final String USAGE =
      """
      usage: ./tidemill bench parallel [--json] [--only executor|durable|verified|anvil] [--rounds N]
        --only    one part: executors in this process, waves over gRPC until they are durable, the
                  same with verified signatures, or the same transfers in native revm (anvil from
                  npm; left out where it does not run)
        --rounds  measured rounds of each wave (default 9); figures are medians
      A speedup is the time of one thread that does everything over the time of all workers; what
      ends in _over_serial compares with the serial executor, whose pre-pass uses all workers too.
      """;

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final boolean json;

  private ParallelBench(boolean json) {
    this.json = json;
  }

  /** Runs everything or one part; {@code --json} prints one object at the end. */
  public static void main(String[] args) throws IOException, InterruptedException {
    boolean json = false;
    String only = "";
    int rounds = 9;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--json" -> json = true;
        case "--only" -> only = ++i < args.length ? args[i] : "";
        case "--rounds" -> rounds = ++i < args.length ? Integer.parseInt(args[i]) : 0;
        case "--help" -> {
          System.out.print(USAGE);
          return;
        }
        default -> usage();
      }
    }
    if (rounds < 1 || !only.isEmpty() && !PARTS.contains(only)) {
      usage();
    }
    new ParallelBench(json).run(only, rounds);
  }

  private static void usage() {
    System.err.print(USAGE);
    System.exit(2);
  }

  private void run(String only, int rounds) throws IOException, InterruptedException {
    figure("workers", Runtime.getRuntime().availableProcessors());
    figure("wave_transactions", Workload.WAVE);
    if (only.isEmpty() || only.equals("executor")) {
      new ExecutorRounds(rounds, this::figure).run();
    }
    if (only.isEmpty() || only.equals("durable")) {
      new DurableRounds(rounds, this::figure).trusted();
    }
    if (only.isEmpty() || only.equals("verified")) {
      new DurableRounds(rounds, this::figure).verified();
    }
    if (only.isEmpty() || only.equals("anvil")) {
      new AnvilBlocks(this::figure).run();
    }
    final ObjectMapper mapper = new ObjectMapper();
    System.out.println(
        (json ? mapper : mapper.enable(SerializationFeature.INDENT_OUTPUT))
            .writeValueAsString(figures));
  }

  private void figure(String name, Object value) {
    figures.put(name, value);
    if (!json) {
      System.err.println(name + ": " + value);
    }
  }
}
