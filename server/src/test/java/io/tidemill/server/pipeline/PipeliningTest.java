package io.tidemill.server.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WavesAhead;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.TroubledCommits;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.state.StateStore;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waves that overlap are answered as if each had waited for the one before. */
class PipeliningTest {
  private static final int WAVES = 4;

  @TempDir private Path folder;

  /** Waves of every kind of transaction; the token is deployed in one and called in the next. */
  private static WaveFile waves() throws IOException {
    final byte[] token = Files.readAllBytes(Path.of("../executor/contracts/token/token.wasm"));
    return new WaveGenerator(
            new WaveGenerator.Settings(31_337, 7, WAVES, 25, 0, 20, 10, 10, 30, 5, token, true))
        .generate();
  }

  private static List<ExecuteWaveRequest> frames(
      WaveFile file, long number, ByteString parent, boolean commit) {
    final WaveRequest request =
        WaveReplay.request(file, file.waves().get((int) number - 1), number, parent);
    return List.of(
        ExecuteWaveRequest.newBuilder().setHeader(request.header()).build(),
        ExecuteWaveRequest.newBuilder()
            .setTransactions(
                TransactionChunk.newBuilder().addAllTransactions(request.transactions()))
            .build(),
        ExecuteWaveRequest.newBuilder()
            .setEnd(
                WaveEnd.newBuilder()
                    .setTransactionCount(request.transactions().size())
                    .setCommit(commit))
            .build());
  }

  private interface Conversation {
    List<WaveSummary> hold(WaveClient client, ByteString genesis);
  }

  private List<WaveSummary> onANode(Map<Setting, String> settings, Conversation conversation)
      throws IOException {
    final Map<Setting, String> all = new EnumMap<>(Setting.class);
    all.putAll(settings);
    all.put(Setting.DATA_DIR, Files.createTempDirectory(folder, "node").toString());
    try (TidemillNode node = TidemillNode.start(TestNode.config(all))) {
      final ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort()).usePlaintext().build();
      try (WaveClient client = new WaveClient(channel, true)) {
        return conversation.hold(
            client,
            ExecutionServiceGrpc.newBlockingStub(channel)
                .getInfo(GetInfoRequest.getDefaultInstance())
                .getExpectedParentRoot());
      } finally {
        channel.shutdown();
      }
    }
  }

  /** Each wave names the root of the one before. */
  private static Conversation oneByOne(WaveFile file, boolean commit) {
    return (client, genesis) -> {
      final List<WaveSummary> summaries = new ArrayList<>();
      ByteString parent = genesis;
      for (int i = 0; i < WAVES; i++) {
        client.sendAll(frames(file, i + 1, parent, commit));
        summaries.add(client.awaitResult().result().getSummary());
        parent = summaries.getLast().getRoot().getBlake3();
      }
      return summaries;
    };
  }

  /** All waves are sent before the first answer is read. */
  private static Conversation ahead(WaveFile file, boolean commit) {
    return (client, genesis) -> {
      for (int i = 0; i < WAVES; i++) {
        final ByteString parent = i == 0 ? genesis : ByteString.EMPTY;
        client.sendAll(frames(file, i + 1, parent, commit));
      }
      final List<WaveSummary> summaries = new ArrayList<>();
      for (int i = 0; i < WAVES; i++) {
        summaries.add(client.awaitResult().result().getSummary());
      }
      return summaries;
    };
  }

  @Test
  void shouldAnswerOverlappingWavesLikeWavesThatWaitForEachOther() throws IOException {
    final WaveFile file = waves();
    final List<WaveSummary> expected =
        onANode(
            Map.of(Setting.LIMITS_INFLIGHT_WAVES, "0", Setting.EXECUTION_MODE, "serial"),
            oneByOne(file, true));

    assertThat(expected).extracting(WaveSummary::getEventsCount).anyMatch(count -> count > 0);
    final Map<Setting, String> checked = Map.of(Setting.EXECUTION_MODE, "both-engines/2");
    assertThat(onANode(checked, ahead(file, true))).isEqualTo(expected);
    final Map<Setting, String> pipelined = Map.of();
    assertThat(onANode(pipelined, ahead(file, false))).isEqualTo(expected);
    assertThat(onANode(pipelined, oneByOne(file, false))).isEqualTo(expected);
    assertThat(onANode(Map.of(Setting.LIMITS_INFLIGHT_WAVES, "0"), ahead(file, false)))
        .isEqualTo(expected);
  }

  @Test
  void shouldAnswerAClientThatSendsAheadLikeOneThatWaits() throws IOException {
    final WaveFile file = waves();
    final List<WaveSummary> expected = onANode(Map.of(), oneByOne(file, false));
    final List<WaveOutcome> outcomes = new ArrayList<>();
    final Map<Setting, String> settings =
        Map.of(Setting.DATA_DIR, Files.createTempDirectory(folder, "node").toString());
    try (TidemillNode node = TidemillNode.start(TestNode.config(settings));
        TidemillClient client =
            TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
        WavesAhead ahead = client.openWavesAhead()) {
      final ByteString genesis = client.reader().info().getExpectedParentRoot();
      // docs:begin ahead
      // The first wave names its parent root; each of the others builds on the one before it.
      ahead.send(request(file, 1, genesis));
      for (int number = 2; number <= WAVES; number++) {
        ahead.send(request(file, number, ByteString.EMPTY));
      }
      // Answers come in order, each when everything beneath it is durable.
      for (int number = 1; number <= WAVES; number++) {
        outcomes.add(ahead.next());
      }
      // The newest wave is pending: agree on its root, then make it durable.
      client.commit(outcomes.getLast());
      // docs:end
      assertThat(client.reader().info().getHead().getWave()).isEqualTo(WAVES);
    }
    assertThat(outcomes).extracting(WaveOutcome::summary).isEqualTo(expected);
  }

  private static WaveRequest request(WaveFile file, int number, ByteString parent) {
    return WaveReplay.request(file, file.waves().get(number - 1), number, parent);
  }

  @Test
  void shouldAnswerAWaveThatIsSentAheadAgainWithTheStoredBytes() {
    try (TestNode node = new TestNode()) {
      final ByteString genesis = node.parent();
      final WaveClient.Answer first;
      try (WaveClient client = node.stream()) {
        client.sendAll(TestNode.frames(1, genesis, false, "a"));
        client.sendAll(TestNode.frames(2, ByteString.EMPTY, true, "b"));
        client.awaitResult();
        first = client.awaitResult();
      }
      try (WaveClient client = node.stream()) {
        client.sendAll(TestNode.frames(1, genesis, false, "a"));
        client.sendAll(TestNode.frames(2, ByteString.EMPTY, true, "b"));
        client.awaitResult();
        assertThat(client.awaitResult()).isEqualTo(first);
      }
      assertThat(node.executor.executed).hasValue(2);
    }
  }

  @Test
  void shouldRefuseAWaveWithoutAParentThatFollowsNothingOnItsStream() {
    try (TestNode node = new TestNode();
        WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(1, ByteString.EMPTY, false, "a"));

      assertThatThrownBy(client::awaitResult)
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("parent_root");
    }
  }

  @Test
  void shouldAnswerNothingThatWasExecutedOnAWaveWhoseCommitFails() {
    final TroubledCommits commits = new TroubledCommits();
    try (TestNode node = new TestNode(Map.of(), commits::over)) {
      final StateStore.Head genesis = node.store.head();
      final ByteString root = node.execute(1, "kept").result().getSummary().getRoot().getBlake3();
      commits.fail();
      try (WaveClient client = node.stream()) {
        client.sendAll(TestNode.frames(2, root, false, "speculative"));

        assertThatThrownBy(client::awaitResult)
            .isInstanceOf(StatusRuntimeException.class)
            .hasMessageContaining("disk");
      }
      assertThat(node.store.head()).isEqualTo(genesis);
      assertThat(node.node.health().detail()).contains("the disk is full");
    }
  }

  @Test
  void shouldAnswerAWaveBeforeTheFaultOfTheOneSentAheadOnTopOfIt() {
    try (TestNode node = new TestNode();
        WaveClient client = node.stream()) {
      client.sendAll(TestNode.frames(1, node.parent(), true, "good"));
      client.sendAll(TestNode.frames(2, ByteString.EMPTY, true, "fault"));

      assertThat(client.awaitResult().receipts()).hasSize(1);
      assertThatThrownBy(client::awaitResult).isInstanceOf(StatusRuntimeException.class);
      assertThat(node.store.head()).extracting(StateStore.Head::wave).isEqualTo(1L);
    }
  }
}
