package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidemill.client.NodeException;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.server.chain.DevChain;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.MerkleList;
import io.tidemill.state.proof.Proof;
import io.tidemill.state.proof.ProofVerifier;
import io.tidemill.v1.Event;
import io.tidemill.v1.EventCursor;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetProofResponse;
import io.tidemill.v1.MerkleProof;
import io.tidemill.v1.ProofPosition;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.StateKeys.Builder;
import io.tidemill.v1.StateProof;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node proves, and what it still knows of old waves after a restart. */
class StateProofsTest {
  private static final int WAVES = 7;

  @TempDir private Path folder;
  private DevNode node;
  private final List<WaveOutcome> outcomes = new ArrayList<>();

  @BeforeEach
  void run() {
    node = new DevNode(folder.resolve("data"));
    final WaveFile file = DevNode.waves(5, WAVES, 30);
    for (int i = 0; i < WAVES; i++) {
      outcomes.add(node.execute(file, i));
    }
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static Hash32 hash(ByteString bytes) {
    return Hash32.of(bytes.toByteArray());
  }

  private static boolean holds(StateProof proof, ByteString root) {
    return ProofVerifier.verify(
        hash(root),
        hash(proof.getKey()),
        proof.hasValue() ? proof.getValue().toByteArray() : null,
        Proof.decode(proof.getProof().toByteArray()));
  }

  @Test
  void shouldProveWhatEveryWaveWroteUnderTheRootOfThatWave() {
    for (int wave = 1; wave <= WAVES; wave++) {
      final WaveOutcome outcome = outcomes.get(wave - 1);
      final Builder keys = io.tidemill.v1.StateKeys.newBuilder();
      outcome.stateDiff().forEach(change -> keys.addKeys(change.getKey()));
      keys.addKeys(ByteString.copyFrom(new byte[32]));
      final GetProofResponse response =
          node.client
              .reader()
              .proof(
                  GetProofRequest.newBuilder()
                      .setKeys(keys)
                      .setBase(StateRef.newBuilder().setWave(wave))
                      .build());
      assertThat(response.getBase().getRoot()).isEqualTo(outcome.summary().getRoot());
      for (int i = 0; i < outcome.stateDiff().size(); i++) {
        final StateChange change = outcome.stateDiff().get(i);
        final StateProof proof = response.getState(i);
        assertThat(proof.getKey()).isEqualTo(change.getKey());
        assertThat(proof.hasValue()).isEqualTo(change.hasValue());
        assertThat(proof.getValue()).isEqualTo(change.getValue());
        assertThat(holds(proof, outcome.root())).isTrue();
        assertThat(
                holds(
                    proof.toBuilder().setValue(ByteString.copyFromUtf8("x")).build(),
                    outcome.root()))
            .isFalse();
      }
      final StateProof absent = response.getState(outcome.stateDiff().size());
      assertThat(absent.hasValue()).isFalse();
      assertThat(holds(absent, outcome.root())).isTrue();
    }
  }

  @Test
  void shouldProveEveryReceiptAndEveryEventOfAWave() {
    int events = 0;
    for (final WaveOutcome outcome : outcomes) {
      final List<Event> all =
          outcome.receipts().stream().flatMap(r -> r.getEventsList().stream()).toList();
      for (final Receipt receipt : outcome.receipts()) {
        final GetProofResponse proven =
            prove(
                GetProofRequest.newBuilder()
                    .setReceipt(
                        ProofPosition.newBuilder()
                            .setWave(receipt.getWave())
                            .setTransactionIndex(receipt.getTransactionIndex())));
        final MerkleProof merkle = proven.getMerkle();
        assertThat(proven.getBase().getRoot()).isEqualTo(outcome.summary().getRoot());
        assertThat(merkle.getRoot()).isEqualTo(outcome.summary().getReceiptsDigest());
        assertThat(merkle.getLeafCount()).isEqualTo(outcome.summary().getTransactions());
        assertThat(merkle.getIndex()).isEqualTo(receipt.getTransactionIndex());
        assertHolds(merkle);
      }
      for (int i = 0; i < all.size(); i++) {
        final MerkleProof merkle =
            prove(
                    GetProofRequest.newBuilder()
                        .setEvent(
                            EventCursor.newBuilder()
                                .setWave(all.get(i).getWave())
                                .setTransactionIndex(all.get(i).getTransactionIndex())
                                .setEventIndex(all.get(i).getEventIndex())))
                .getMerkle();
        assertThat(merkle.getRoot()).isEqualTo(outcome.summary().getEventsRoot());
        assertThat(merkle.getLeafCount()).isEqualTo(outcome.summary().getEventsCount());
        assertThat(merkle.getIndex()).isEqualTo(i);
        assertHolds(merkle);
        events++;
      }
    }
    assertThat(events).isPositive();
    assertThatThrownBy(
            () ->
                prove(
                    GetProofRequest.newBuilder()
                        .setReceipt(ProofPosition.newBuilder().setWave(1).setTransactionIndex(30))))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("receipt 1/30 does not exist");
  }

  private GetProofResponse prove(GetProofRequest.Builder request) {
    return node.client.reader().proof(request.build());
  }

  private static void assertHolds(MerkleProof proof) {
    final List<Hash32> siblings =
        proof.getSiblingsList().stream().map(StateProofsTest::hash).collect(Collectors.toList());
    final Hash32 root = hash(proof.getRoot());
    final byte[] leaf = proof.getLeaf().toByteArray();
    assertThat(MerkleList.verify(root, proof.getLeafCount(), proof.getIndex(), leaf, siblings))
        .isTrue();
    leaf[0] ^= 1;
    assertThat(MerkleList.verify(root, proof.getLeafCount(), proof.getIndex(), leaf, siblings))
        .isFalse();
  }

  @Test
  void shouldProveAccountsAndRefuseToProveWhatIsNotCommitted() {
    final var account = DevChain.accounts().getFirst().address();
    final GetAccountRequest request =
        GetAccountRequest.newBuilder()
            .setAddress(ByteString.copyFrom(account.toBytes()))
            .setWantProof(true)
            .build();
    final var answer = node.client.reader().account(request);
    assertThat(answer.getProof().getKey().toByteArray())
        .isEqualTo(StateKeys.account(account).raw().toBytes());
    assertThat(answer.getProof().getValue()).isEqualTo(answer.getAccount().getBorsh());
    assertThat(holds(answer.getProof(), answer.getBase().getRoot().getBlake3())).isTrue();
    try (var session = node.client.openSession(StateRef.getDefaultInstance())) {
      assertThatThrownBy(
              () ->
                  node.client
                      .reader()
                      .account(request.toBuilder().setBase(session.state()).build()))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("only a committed state can be proven");
    }
  }

  @Test
  void shouldSendTheSameDiffOfEveryOldWaveAfterARestart() {
    final List<SubscribeWavesResponse> before = follow();
    node.restart();
    assertThat(follow()).isEqualTo(before);
    for (int wave = 1; wave <= WAVES; wave++) {
      final long number = wave;
      final List<StateChange> diff =
          before.stream()
              .filter(frame -> frame.getSummary().getWave() == number)
              .flatMap(frame -> frame.getStateDiffList().stream())
              .toList();
      assertThat(diff).isEqualTo(outcomes.get(wave - 1).stateDiff());
    }
  }

  /** Every wave from the first one on, with receipts and diff. */
  private List<SubscribeWavesResponse> follow() {
    final Iterator<SubscribeWavesResponse> frames =
        io.tidemill.v1.ExecutionServiceGrpc.newBlockingStub(node.client.channel())
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .subscribeWaves(
                SubscribeWavesRequest.newBuilder()
                    .setFromWave(1)
                    .setWantReceipts(true)
                    .setWantStateDiff(true)
                    .build());
    final List<SubscribeWavesResponse> seen = new ArrayList<>();
    long wave = 0;
    while (wave < WAVES || seen.getLast().getMore()) {
      final SubscribeWavesResponse frame = frames.next();
      if (frame.hasSummary()) {
        wave = frame.getSummary().getWave();
      }
      seen.add(frame);
    }
    return seen;
  }
}
