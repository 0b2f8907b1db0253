package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.RollbackWaveRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random waves and random ways back: what is left is what its own waves alone would have made. */
class ReorganizationTest {
  private static final int STEPS = 80;

  private record Wave(String[] transactions, WaveClient.Answer answer) {}

  private static WaveClient.Answer execute(
      TestNode node, int wave, boolean commit, String... transactions) {
    try (WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(wave, node.parent(), commit, transactions));
      return client.awaitResult();
    }
  }

  private static ByteString root(WaveClient.Answer answer) {
    return answer.result().getSummary().getRoot().getBlake3();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldLeaveNothingOfWhatWasUndone(long seed) {
    final Random random = new Random(seed);
    final List<Wave> branch = new ArrayList<>();
    int undone = 0;
    try (TestNode node = new TestNode()) {
      for (int step = 0; step < STEPS; step++) {
        if (!branch.isEmpty() && random.nextInt(4) == 0) {
          final int to = Math.max(0, branch.size() - 1 - random.nextInt(5));
          node.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(to).build());
          undone += branch.size() - to;
          branch.subList(to, branch.size()).clear();
        } else {
          // Few different texts, so that branches write the same keys again.
          final String[] texts =
              random
                  .ints(random.nextInt(4), 0, 12)
                  .distinct()
                  .mapToObj(i -> "text" + i)
                  .toArray(String[]::new);
          // A wave that is not committed is by the next one, or falls to the way back.
          branch.add(
              new Wave(texts, execute(node, branch.size() + 1, random.nextBoolean(), texts)));
        }
        assertThat(node.parent())
            .as("seed %d, step %d", seed, step)
            .isEqualTo(branch.isEmpty() ? genesis() : root(branch.getLast().answer()));
      }
    }
    assertThat(undone).isGreaterThan(10);
    try (TestNode straight = new TestNode()) {
      for (int i = 0; i < branch.size(); i++) {
        final Wave wave = branch.get(i);
        final WaveClient.Answer answer = execute(straight, i + 1, true, wave.transactions());
        assertThat(root(answer)).as("seed %d, wave %d", seed, i + 1).isEqualTo(root(wave.answer()));
        assertThat(answer.receipts()).isEqualTo(wave.answer().receipts());
        assertThat(answer.diff()).isEqualTo(wave.answer().diff());
      }
    }
  }

  private static ByteString genesis() {
    try (TestNode fresh = new TestNode()) {
      return fresh.parent();
    }
  }
}
