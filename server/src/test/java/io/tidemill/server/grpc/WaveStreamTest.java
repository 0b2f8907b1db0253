package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tidemill.server.config.Setting;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse.FrameCase;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetWaveRequest;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ResendReceipts;
import io.tidemill.v1.RollbackWaveRequest;
import io.tidemill.v1.WaveAbort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaveStreamTest {
  private final TestNode node =
      new TestNode(
          Map.of(Setting.LIMITS_WAVE_TRANSACTIONS, "5000", Setting.LIMITS_WAVE_BYTES, "16MiB"));

  @AfterEach
  void close() {
    node.close();
  }

  private GetInfoResponse info() {
    return node.execution().getInfo(GetInfoRequest.getDefaultInstance());
  }

  private static ErrorInfo reason(Throwable failure) throws InvalidProtocolBufferException {
    return StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class);
  }

  private void shouldFail(
      List<ExecuteWaveRequest> frames, Status.Code code, String reason, String... metadata) {
    final WaveClient client = node.stream();
    client.sendAll(frames);
    assertThatThrownBy(client::awaitResult)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status -> {
              assertThat(status.getStatus().getCode()).as(status.toString()).isEqualTo(code);
              try {
                final ErrorInfo info = reason(status);
                assertThat(info.getReason()).isEqualTo(reason);
                assertThat(info.getDomain()).isEqualTo("tidemill.io");
                assertThat(info.getMetadataMap().keySet()).containsAll(List.of(metadata));
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            });
  }

  @Test
  void shouldExecuteLeavePendingAndCommitWhenTheNextWaveNamesTheParent() {
    final WaveClient.Answer first = node.execute(1, "a", "b");
    assertThat(first.receipts()).extracting(Receipt::getTransactionIndex).containsExactly(0, 1);
    assertThat(first.diff())
        .hasSize(2)
        .isSortedAccordingTo((x, y) -> compare(x.getKey(), y.getKey()));
    assertThat(info().getHead().getWave()).isZero();
    assertThat(info().getPending().getRoot()).isEqualTo(first.result().getSummary().getRoot());
    node.execute(2, "c");
    assertThat(info().getHead().getWave()).isEqualTo(1);
    assertThat(info().getPending().getWave()).isEqualTo(2);
  }

  private static int compare(ByteString left, ByteString right) {
    return ByteString.unsignedLexicographicalComparator().compare(left, right);
  }

  @Test
  void shouldCommitThePendingWaveAndAcceptTheCommitAgain() {
    final WaveClient.Answer answer = node.execute(1, "a");
    final CommitWaveRequest request =
        CommitWaveRequest.newBuilder()
            .setWave(1)
            .setRoot(answer.result().getSummary().getRoot().getBlake3())
            .build();
    assertThat(node.execution().commitWave(request).getHead().getWave()).isEqualTo(1);
    assertThat(node.execution().commitWave(request).getHead().getWave()).isEqualTo(1);
    assertThat(node.store.head().wave()).isEqualTo(1);
  }

  @Test
  void shouldGiveTheStoredAnswerByteForByteWhenAWaveIsSentAgain() {
    final ByteString genesis = node.parent();
    final WaveClient.Answer first = node.execute(1, "a", "b");
    final WaveClient.Answer pending = again(genesis);
    node.execution()
        .commitWave(
            CommitWaveRequest.newBuilder()
                .setWave(1)
                .setRoot(first.result().getSummary().getRoot().getBlake3())
                .build());
    final WaveClient.Answer committed = again(genesis);
    assertThat(pending).isEqualTo(first);
    assertThat(committed).isEqualTo(first);
    assertThat(committed.result().toByteString()).isEqualTo(first.result().toByteString());
    assertThat(node.executor.executed).hasValue(1);
  }

  private WaveClient.Answer again(ByteString parent) {
    try (WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(1, parent, false, "a", "b"));
      assertThat(client.await(FrameCase.ACCEPTED).getAccepted().getStored()).isTrue();
      return client.awaitResult();
    }
  }

  @Test
  void shouldRefuseOtherContentUnderAKnownWave() {
    final ByteString genesis = node.parent();
    node.execute(1, "a");
    shouldFail(
        TestNode.frames(1, genesis, false, "other"),
        Status.Code.FAILED_PRECONDITION,
        "WAVE_CONFLICT",
        "content_hash");
    node.execute(2, "b");
    shouldFail(
        TestNode.frames(1, genesis, false, "other"),
        Status.Code.FAILED_PRECONDITION,
        "WAVE_CONFLICT",
        "content_hash");
  }

  @Test
  void shouldRefuseAGapWithTheExpectedWave() {
    shouldFail(
        TestNode.frames(3, node.parent(), false, "a"),
        Status.Code.OUT_OF_RANGE,
        "WAVE_GAP",
        "expected_wave");
  }

  @Test
  void shouldRejectWaveWhenParentRootIsStale() {
    shouldFail(
        TestNode.frames(1, ByteString.copyFrom(new byte[32]).concat(ByteString.EMPTY), false, "a"),
        Status.Code.FAILED_PRECONDITION,
        "PARENT_ROOT_MISMATCH",
        "expected_parent_root",
        "expected_parent_wave");
  }

  @Test
  void shouldRefuseWithoutChangeWhenTheExecutorRefusesTheWave() {
    shouldFail(
        TestNode.frames(1, node.parent(), false, "a", "refuse"),
        Status.Code.INVALID_ARGUMENT,
        "WAVE_REFUSED",
        "detail");
    assertThat(info().getExpectedWave()).isEqualTo(1);
    assertThat(node.execute(1, "a").receipts()).hasSize(1);
  }

  @Test
  void shouldAbortAndTurnRedWhenTheNodeFaults() {
    final WaveClient client = node.stream();
    client.sendAll(TestNode.frames(1, node.parent(), false, "a", "fault"));
    assertThatThrownBy(client::awaitResult)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status -> assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(node.node.health().state()).isEqualTo(NodeHealth.State.FAULTED);
    assertThat(info().getState()).isEqualTo(GetInfoResponse.State.STATE_FAULTED);
    shouldFail(
        TestNode.frames(1, node.parent(), false, "a"), Status.Code.UNAVAILABLE, "NODE_FAULTED");
  }

  @Test
  void shouldHaltWhenTheRootIsNotTheExpectedOne() {
    final ExecuteWaveRequest header = TestNode.header(1, node.parent());
    shouldFail(
        List.of(
            header.toBuilder()
                .setHeader(
                    header.getHeader().toBuilder()
                        .setExpectedRoot(ByteString.copyFrom(new byte[32])))
                .build(),
            TestNode.chunk(0, "a"),
            TestNode.end(1, false)),
        Status.Code.DATA_LOSS,
        "ROOT_DIVERGED",
        "root",
        "expected_root");
    assertThat(node.node.health().state()).isEqualTo(NodeHealth.State.FAULTED);
    assertThat(node.store.head().wave()).isZero();
  }

  @Test
  void shouldAskToResendAMissingChunkAndIgnoreWhatArrivedBefore() {
    final WaveClient client = node.stream();
    client.send(TestNode.header(1, node.parent()));
    client.send(TestNode.chunk(0, "a", "b"));
    client.send(TestNode.chunk(3, "d"));
    assertThat(client.await(FrameCase.RESEND).getResend().getFromIndex()).isEqualTo(2);
    client.send(TestNode.chunk(1, "b", "c"));
    client.send(TestNode.chunk(3, "d"));
    client.send(TestNode.end(4, false));
    assertThat(client.awaitResult().receipts())
        .extracting(receipt -> receipt.getReturnData().toStringUtf8())
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void shouldRefuseFramesOutOfOrderAndWrongCounts() {
    shouldFail(List.of(TestNode.chunk(0, "a")), Status.Code.INVALID_ARGUMENT, "FRAME_OUT_OF_ORDER");
    shouldFail(
        List.of(ExecuteWaveRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "FRAME_OUT_OF_ORDER");
    shouldFail(
        List.of(TestNode.header(1, node.parent()), TestNode.header(1, node.parent())),
        Status.Code.INVALID_ARGUMENT,
        "FRAME_OUT_OF_ORDER");
    shouldFail(
        List.of(TestNode.header(1, node.parent()), TestNode.chunk(0, "a"), TestNode.end(2, false)),
        Status.Code.INVALID_ARGUMENT,
        "TRANSACTION_COUNT_MISMATCH",
        "received");
  }

  @Test
  void shouldRefuseMoreTransactionsThanTheLimitSays() {
    final List<ExecuteWaveRequest> frames = new ArrayList<>();
    frames.add(TestNode.header(1, node.parent()));
    final String[] many = IntStream.range(0, 5_001).mapToObj(i -> "t" + i).toArray(String[]::new);
    frames.add(TestNode.chunk(0, many));
    shouldFail(frames, Status.Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED", "limit", "maximum");
  }

  @Test
  void shouldForgetAWaveThatTheClientAborts() {
    final WaveClient client = node.stream();
    client.send(TestNode.header(1, node.parent()));
    client.send(TestNode.chunk(0, "wrong"));
    client.send(
        ExecuteWaveRequest.newBuilder().setAbort(WaveAbort.newBuilder().setWave(1)).build());
    assertThat(client.await(FrameCase.ABORT).getAbort().getReason()).isEqualTo("WAVE_ABORTED");
    client.sendAll(TestNode.frames(1, node.parent(), false, "right"));
    assertThat(client.awaitResult().receipts())
        .extracting(receipt -> receipt.getReturnData().toStringUtf8())
        .containsExactly("right");
  }

  @Test
  void shouldLoseNothingWhenTheClientDisconnectsAtAnyPoint() throws InterruptedException {
    node.execute(1, "kept");
    final ByteString parent = node.parent();
    final List<ExecuteWaveRequest> frames = TestNode.frames(2, parent, false, "a", "b");
    for (int sent = 0; sent < frames.size(); sent++) {
      final ManagedChannel channel = node.channel();
      final WaveClient client = new WaveClient(channel, true);
      client.sendAll(frames.subList(0, sent));
      client.disconnect();
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
      assertThat(info().getExpectedWave()).isEqualTo(2);
    }
    assertThat(node.execute(2, "a", "b").receipts()).hasSize(2);
    assertThat(info().getHead().getWave()).isEqualTo(1);
  }

  @Test
  void shouldFinishAWaveWhoseClientDisconnectsWhileItRuns() throws InterruptedException {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    node.executor.beforeEach =
        () -> {
          running.countDown();
          awaitQuietly(go);
        };
    final ByteString parent = node.parent();
    final WaveClient client = node.stream();
    client.sendAll(TestNode.frames(1, parent, false, "a"));
    running.await();
    client.disconnect();
    go.countDown();
    Awaitility.await().until(() -> info().getExpectedWave() == 2);
    try (WaveClient again = node.stream()) {
      again.sendAll(TestNode.frames(1, parent, false, "a"));
      assertThat(again.awaitResult().receipts()).hasSize(1);
    }
    assertThat(node.executor.executed).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldResendReceiptsOfAKnownWaveFromAnIndex() {
    node.execute(1, "a", "b", "c");
    final WaveClient client = node.stream();
    client.send(
        ExecuteWaveRequest.newBuilder()
            .setResend(ResendReceipts.newBuilder().setWave(1).setFromIndex(2))
            .build());
    assertThat(client.awaitResult().receipts())
        .extracting(Receipt::getTransactionIndex)
        .containsExactly(2);
  }

  @Test
  void shouldDiscardThePendingWaveAndUndoCommittedOnes() {
    node.execute(1, "a");
    node.execute(2, "b");
    final var rollback =
        node.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(1).build());
    assertThat(rollback.getDiscardedPending()).isTrue();
    assertThat(rollback.getUndoneWaves()).isZero();
    final var back =
        node.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(0).build());
    assertThat(back.getUndoneWaves()).isEqualTo(1);
    assertThat(node.execute(1, "other").receipts()).hasSize(1);
  }

  @Test
  void shouldStreamManyWavesOnOneStreamInOrder() {
    try (WaveClient client = node.stream()) {
      ByteString parent = node.parent();
      for (int wave = 1; wave <= 20; wave++) {
        client.sendAll(TestNode.frames(wave, parent, true, "w" + wave));
        parent = client.awaitResult().result().getSummary().getRoot().getBlake3();
      }
    }
    assertThat(info().getHead().getWave()).isEqualTo(20);
  }

  @Test
  void shouldKeepServingOthersWhenAClientNeverReads() {
    final String[] many =
        IntStream.range(0, 4_000).mapToObj(i -> "x".repeat(1_000) + i).toArray(String[]::new);
    final ManagedChannel channel = node.channel();
    final WaveClient deaf = new WaveClient(channel, false);
    deaf.send(TestNode.header(1, node.parent()));
    for (int i = 0; i < many.length; i += 500) {
      deaf.send(TestNode.chunk(i, java.util.Arrays.copyOfRange(many, i, i + 500)));
    }
    deaf.send(TestNode.end(many.length, false));
    Awaitility.await().until(() -> info().getExpectedWave() == 2);
    assertThat(node.execute(2, "next").receipts()).hasSize(1);
    // What the deaf client did not read is still there when it begins to read.
    deaf.read(100_000);
    assertThat(deaf.awaitResult().receipts()).hasSize(4_000);
    channel.shutdownNow();
  }

  @Test
  void shouldPageThroughTheReceiptsOfAWave() {
    node.execute(1, "a", "b", "c");
    final var first =
        node.execution().getWave(GetWaveRequest.newBuilder().setWave(1).setPageSize(2).build());
    assertThat(first.getReceiptsList()).hasSize(2);
    final var second =
        node.execution()
            .getWave(
                GetWaveRequest.newBuilder()
                    .setWave(1)
                    .setPageSize(2)
                    .setPageToken(first.getNextPageToken())
                    .build());
    assertThat(second.getReceiptsList()).hasSize(1);
    assertThat(second.getNextPageToken()).isEmpty();
  }
}
