package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.TroubledCommits;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.GetInfoRequest;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever waits for a commit may stop waiting at any time: it goes on, and is there whole. */
class CommitUnderDeadlineTest {
  private final TroubledCommits commits = new TroubledCommits();
  private final TestNode node = new TestNode(Map.of(), commits::over);
  private final CountDownLatch go = new CountDownLatch(1);

  @AfterEach
  void close() {
    node.close();
  }

  private long head() {
    return node.execution().getInfo(GetInfoRequest.getDefaultInstance()).getHead().getWave();
  }

  private void shouldServeOn(ByteString parent, WaveClient.Answer first) {
    assertThat(head()).as("the commit has not ended").isZero();
    go.countDown();
    Awaitility.await().until(() -> head() == 1);
    try (WaveClient again = node.stream()) {
      again.sendAll(TestNode.frames(1, parent, true, "a", "b"));
      assertThat(again.awaitResult().result().getSummary())
          .as("the same wave again")
          .isEqualTo(first.result().getSummary());
    }
    node.execute(2, "c");
    node.execute(3, "d");
    assertThat(head()).isEqualTo(2);
  }

  @Test
  void shouldCommitWhenTheDeadlineOfCommitWavePassesMeanwhile() throws InterruptedException {
    final ByteString parent = node.parent();
    final WaveClient.Answer first = node.execute(1, "a", "b");
    final CountDownLatch reached = commits.hold(go);
    final CommitWaveRequest commit =
        CommitWaveRequest.newBuilder()
            .setWave(1)
            .setRoot(first.result().getSummary().getRoot().getBlake3())
            .build();
    assertThatThrownBy(
            () -> node.execution().withDeadlineAfter(500, TimeUnit.MILLISECONDS).commitWave(commit))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status ->
                assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    shouldServeOn(parent, first);
    assertThat(
            node.execution().commitWave(commit.toBuilder().setWave(2).setRoot(rootOf(2)).build()))
        .as("the newest committed wave again")
        .extracting(answer -> answer.getHead().getWave())
        .isEqualTo(2L);
  }

  private ByteString rootOf(long wave) {
    return ByteString.copyFrom(Objects.requireNonNull(node.store.rootOf(wave)).blake3().toBytes());
  }

  @Test
  void shouldCommitWhenTheStreamOfTheWaveBreaksMeanwhile() throws InterruptedException {
    final ByteString parent = node.parent();
    final CountDownLatch reached = commits.hold(go);
    final WaveClient client = node.stream();
    client.sendAll(TestNode.frames(1, parent, true, "a", "b"));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    client.disconnect();
    assertThat(head()).isZero();
    go.countDown();
    Awaitility.await().until(() -> head() == 1);
    try (WaveClient again = node.stream()) {
      again.sendAll(TestNode.frames(1, parent, true, "a", "b"));
      assertThat(again.awaitResult().receipts()).hasSize(2);
    }
    node.execute(2, "c");
    assertThat(node.executor.executed).as("the wave was executed once").hasValue(2);
  }
}
