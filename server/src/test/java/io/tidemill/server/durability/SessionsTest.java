package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidemill.client.NodeException;
import io.tidemill.client.Session;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.Setting;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulateResponse;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateCommit;
import io.tidemill.v1.StateRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions beside the chain, through the Java client, on both stores. */
class SessionsTest {
  private static final ByteString OWNER =
      ByteString.copyFrom(DevChain.accounts().getFirst().address().toBytes());

  @TempDir private Path folder;

  private DevNode node(String store) {
    return new DevNode(folder.resolve("data"), Map.of(Setting.DATA_STORE, store));
  }

  private static StateRef at(StateCommit commit) {
    return StateRef.newBuilder().setRoot(commit.getRoot().getBlake3()).build();
  }

  private static void deployCounter(Session session, int start) {
    try {
      final Path module = Path.of("..", "executor", "contracts", "counter", "counter.wasm");
      final byte[] initial = new byte[8];
      initial[0] = (byte) start;
      final Receipt receipt =
          session
              .deploy(
                  DeployRequest.newBuilder()
                      .setName("counter")
                      .setWasm(ByteString.copyFrom(Files.readAllBytes(module)))
                      .setInitCalldata(ByteString.copyFrom(initial))
                      .setFrom(OWNER)
                      .build())
              .getReceipt();
      assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Receipt call(Session session, String function, boolean view, long gas) {
    final CallSpec.Builder spec =
        CallSpec.newBuilder()
            .setFrom(OWNER)
            .setToName("counter")
            .setFunction(function)
            .setView(view);
    if (gas > 0) {
      spec.setGasLimit(gas);
    }
    final SimulatedWave wave =
        SimulatedWave.newBuilder().addCalls(SimulatedCall.newBuilder().setSpec(spec)).build();
    return session
        .execute(List.of(wave), SimulateOptions.getDefaultInstance())
        .getWaves(0)
        .getCalls(0)
        .getReceipt();
  }

  private static String read(Session session) {
    final Receipt receipt = call(session, "get", true, 0);
    assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    return HexFormat.of().formatHex(receipt.getReturnData().substring(0, 1).toByteArray());
  }

  /** The example of piecrust's documentation, step by step. */
  @ParameterizedTest
  @ValueSource(strings = {"rocks", "memory"})
  void shouldDeployReadIncrementReadCommitAndFindTheRootAmongTheCommits(String store) {
    try (DevNode node = node(store)) {
      final StateCommit commit;
      try (Session session = node.client.openSession(StateRef.getDefaultInstance())) {
        deployCounter(session, 0xfc);
        assertThat(read(session)).isEqualTo("fc");
        assertThat(call(session, "increment", false, 0).getStatus())
            .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
        assertThat(read(session)).isEqualTo("fd");
        // Each call has its own limit, and what fails leaves nothing behind.
        assertThat(call(session, "increment", false, 21_050).getStatus())
            .isEqualTo(ReceiptStatus.RECEIPT_STATUS_OUT_OF_GAS);
        assertThat(read(session)).isEqualTo("fd");
        commit = session.commit();
      }
      assertThat(node.client.commits()).containsExactly(commit);
      if (store.equals("rocks")) {
        node.restart();
        assertThat(node.client.commits()).containsExactly(commit);
      }
      try (Session again = node.client.openSession(at(commit))) {
        assertThat(read(again)).isEqualTo("fd");
        assertThat(again.base().getRoot()).isEqualTo(commit.getRoot());
      }
      assertThat(node.client.reader().info().getHead().getWave()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rocks", "memory"})
  void shouldWorkInManySessionsAtOnceWhileWavesGoOnAndCommitsAreDeleted(String store)
      throws Exception {
    final int sessions = 6;
    try (DevNode node = node(store);
        ExecutorService threads = Executors.newFixedThreadPool(sessions)) {
      final StateCommit base;
      try (Session session = node.client.openSession(StateRef.getDefaultInstance())) {
        deployCounter(session, 0);
        base = session.commit();
      }
      final List<Future<StateCommit>> children = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        final int steps = i + 1;
        children.add(threads.submit(() -> count(node, base, steps)));
      }
      final WaveFile file = DevNode.waves(8, 4, 10);
      for (int wave = 0; wave < 4; wave++) {
        node.execute(file, wave);
      }
      for (int i = 0; i < sessions; i++) {
        final StateCommit child = children.get(i).get();
        assertThat(child.getParentRoot()).isEqualTo(base.getRoot().getBlake3());
        try (Session open = node.client.openSession(at(child))) {
          // The commit and the one below it go while a session reads it.
          assertThat(node.client.deleteCommit(child.getRoot().getBlake3())).isTrue();
          node.client.deleteCommit(base.getRoot().getBlake3());
          assertThat(read(open)).isEqualTo("0" + (i + 1));
          call(open, "increment", false, 0);
          assertThat(read(open)).isEqualTo("0" + (i + 2));
        }
        assertThatThrownBy(() -> node.client.openSession(at(child)))
            .isInstanceOf(NodeException.class)
            .hasMessageContaining("is not retained");
      }
      assertThat(node.client.commits()).isEmpty();
      assertThat(node.client.reader().info().getHead().getWave()).isEqualTo(4);
    }
  }

  private static StateCommit count(DevNode node, StateCommit base, int steps) {
    try (Session session = node.client.openSession(at(base))) {
      for (int i = 0; i < steps; i++) {
        call(session, "increment", false, 0);
        assertThat(read(session)).isEqualTo("0" + (i + 1));
      }
      return session.commit();
    }
  }

  @Test
  void shouldSimulateOnOneWaveAsAWholeWhileWavesAreCommitted() throws Exception {
    final WaveFile file = DevNode.waves(3, 25, 20);
    final AtomicBoolean stop = new AtomicBoolean();
    try (DevNode node = node("rocks");
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      final List<Future<List<SimulateResponse>>> wallets = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        wallets.add(threads.submit(() -> simulate(node, stop)));
      }
      for (int wave = 0; wave < 25; wave++) {
        node.execute(file, wave);
      }
      stop.set(true);
      int seen = 0;
      for (final Future<List<SimulateResponse>> wallet : wallets) {
        for (final SimulateResponse during : wallet.get()) {
          // Asked again for the wave it says it ran on, now that nothing moves.
          final StateRef wave = StateRef.newBuilder().setWave(during.getBase().getWave()).build();
          assertThat(node.client.reader().simulate(transfers(wave))).isEqualTo(during);
          seen++;
        }
      }
      assertThat(seen).isGreaterThan(10);
    }
  }

  private static List<SimulateResponse> simulate(DevNode node, AtomicBoolean stop) {
    final List<SimulateResponse> responses = new ArrayList<>();
    while (!stop.get()) {
      responses.add(node.client.reader().simulate(transfers(StateRef.getDefaultInstance())));
    }
    return responses;
  }

  /** Transfers between all funded accounts: the diff holds every balance that waves change. */
  private static SimulateRequest transfers(StateRef base) {
    final SimulatedWave.Builder wave = SimulatedWave.newBuilder();
    for (int i = 0; i < DevChain.ACCOUNTS; i++) {
      final var from = DevChain.accounts().get(i).address().toBytes();
      final var to = DevChain.accounts().get((i + 1) % DevChain.ACCOUNTS).address().toBytes();
      wave.addCalls(
          SimulatedCall.newBuilder()
              .setSpec(
                  CallSpec.newBuilder()
                      .setFrom(ByteString.copyFrom(from))
                      .setTo(ByteString.copyFrom(to))));
    }
    return SimulateRequest.newBuilder()
        .setBase(base)
        .addWaves(wave)
        .setOptions(SimulateOptions.newBuilder().setStateDiff(true))
        .build();
  }
}
