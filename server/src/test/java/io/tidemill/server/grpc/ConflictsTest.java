package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.WaveStatistics;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.server.testing.FakeExecutor;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.state.StateKey;
import io.tidemill.v1.Conflict;
import io.tidemill.v1.ExecuteWaveRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a wave cost, by key in its result and by kind of key in the metrics. */
class ConflictsTest {
  private static final StateKey ACCOUNT = StateKeys.account(FakeExecutor.CONTRACT);
  private static final StateKey RECORD = StateKeys.contract(FakeExecutor.CONTRACT);
  private static final StateKey SLOT = StateKeys.storageSlot(FakeExecutor.CONTRACT, 1);
  private static final StateKey OTHER_SLOT = StateKeys.storageSlot(FakeExecutor.CONTRACT, 2);

  private static WaveStatistics statistics() {
    final TreeMap<StateKey, Integer> conflicts = new TreeMap<>();
    conflicts.put(ACCOUNT, 2);
    conflicts.put(RECORD, 1);
    conflicts.put(SLOT, 7);
    conflicts.put(OTHER_SLOT, 4);
    return new WaveStatistics(4, 1, 15, 14, 3, 2_000_000_000L, conflicts);
  }

  @Test
  void shouldSayWhichKeysWereReadTooEarly() {
    try (TestNode node = new TestNode();
        WaveClient client = node.stream()) {
      node.executor.statistics = statistics();
      final List<ExecuteWaveRequest> frames =
          new ArrayList<>(TestNode.frames(1, node.parent(), true, "one"));
      frames.set(
          0,
          frames.getFirst().toBuilder()
              .setHeader(frames.getFirst().getHeader().toBuilder().setWantStatistics(true))
              .build());
      client.sendAll(frames);

      final var cost = client.awaitResult().result().getStatistics();
      assertThat(cost.getWorkers()).isEqualTo(4);
      assertThat(cost.getAttempts()).isEqualTo(15);
      assertThat(cost.getAborts()).isEqualTo(14);
      assertThat(cost.getDepth()).isEqualTo(3);
      assertThat(cost.getIdleNanos()).isEqualTo(2_000_000_000L);
      assertThat(cost.getConflictsList())
          .as("the worst first")
          .extracting(Conflict::getAborts)
          .containsExactly(7, 4, 2, 1);
      assertThat(cost.getConflicts(0).getKey().toByteArray()).isEqualTo(SLOT.raw().toBytes());

      final String metrics = Http.get(node.node.httpPort(), "/metrics").body();
      assertThat(counts(metrics, "tidemill_execution_attempts_total", "outcome=\"final\"")).isOne();
      assertThat(counts(metrics, "tidemill_execution_attempts_total", "outcome=\"aborted\""))
          .isEqualTo(14);
      assertThat(counts(metrics, "tidemill_execution_conflicts_total", "kind=\"account\""))
          .isEqualTo(2);
      assertThat(counts(metrics, "tidemill_execution_conflicts_total", "kind=\"contract_record\""))
          .isOne();
      assertThat(counts(metrics, "tidemill_execution_conflicts_total", "kind=\"slot\""))
          .isEqualTo(11);
      assertThat(counts(metrics, "tidemill_execution_idle_seconds_sum", "")).isEqualTo(2);
    }
  }

  /** The value of the one series of {@code name} that has {@code label}. */
  private static double counts(String metrics, String name, String label) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .reduce((a, b) -> Double.NaN)
        .orElse(-1);
  }
}
