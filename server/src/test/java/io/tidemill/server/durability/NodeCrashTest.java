package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.Proof;
import io.tidemill.state.proof.ProofVerifier;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.StateKeys;
import io.tidemill.v1.StateProof;
import io.tidemill.v1.WaveRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consensus client whose node is killed under it again and again: at every named point of the
 * commit, of a rollback and of pruning, and at any moment. After each start it shakes hands, checks
 * that nothing acknowledged is lost and nothing half-written shows, sends again what is missing,
 * and must get the bytes of a node that nothing happened to.
 *
 * <p>{@code -Dtidemill.crash.nodes=N} sets how often, {@code -Dtidemill.crash.seed=S} repeats a
 * run. Starting a node takes seconds, so most crashes of a run are those of {@code CrashTest},
 * which kills a process with the store alone.
 */
class NodeCrashTest {
  private static final List<String> POINTS =
      List.of(
          "batch.built",
          "batch.written",
          "head.acknowledged",
          "head.switched",
          "rollback.computed",
          "prune.computed",
          "prune.written");

  private static final Set<Status.Code> GONE =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);

  private static final int NODES = Integer.getInteger("tidemill.crash.nodes", 10);
  private static final long SEED = Long.getLong("tidemill.crash.seed", 1);

  /** Kept few, so that every run prunes. */
  private static final int RETAINED = 6;

  @TempDir private Path folder;
  private final Random random = new Random(SEED);

  /** What the client knows: the head is at least lowest, and at most one above acknowledged. */
  private long acknowledged;

  private long lowest;
  private long resent;

  @Test
  void shouldLoseNothingAcknowledgedAndGoOnWithIdenticalBytesWhenTheNodeIsKilled()
      throws Exception {
    final Path data = folder.resolve("data");
    final TreeMap<String, Integer> kills = new TreeMap<>();
    try (CrashChain chain = new CrashChain(folder, SEED, 40 + 15 * NODES)) {
      for (int cycle = 0; cycle < NODES; cycle++) {
        final String point = cycle < POINTS.size() ? POINTS.get(cycle) : null;
        final List<String> flags = new ArrayList<>();
        if (point != null) {
          final int hit = point.startsWith("rollback") ? 1 : 2 + random.nextInt(5);
          flags.add("-Dtidemill.crash.at=" + point + ":" + hit);
        }
        final String what = "seed " + SEED + ", cycle " + cycle + ", " + point;
        final NodeProcess node = start(chain, data, flags, cycle);
        try (TidemillClient client = CrashChain.connect(node)) {
          check(chain, client, what);
          if (point == null) {
            final long after = random.nextInt(1_500);
            Thread.ofVirtual().start(() -> killAfter(node, after));
          }
          drive(chain, client, node, what);
        } finally {
          node.kill();
        }
        kills.merge(point == null ? "any moment" : point, 1, Integer::sum);
      }
      final NodeProcess node = start(chain, data, List.of(), NODES);
      try (TidemillClient client = CrashChain.connect(node)) {
        check(chain, client, "after the last kill");
      } finally {
        node.close();
      }
      assertThat(acknowledged).isGreaterThan(CrashChain.ACTIVATIONS.getLast());
    }
    try (RocksStateStore store = RocksStateStore.open(data, RocksOptions.of(31_337))) {
      assertThat(store.verify().problems()).isEmpty();
    }
    Files.write(
        Files.createDirectories(Path.of("target")).resolve("crash-report.txt"),
        List.of(
            "killed nodes "
                + NODES
                + ", head "
                + acknowledged
                + ", waves sent again "
                + resent
                + ", points "
                + kills));
  }

  /** Engine and mode change with every start: the bytes must not. */
  private NodeProcess start(CrashChain chain, Path data, List<String> flags, int cycle) {
    return chain.start(
        data,
        folder.resolve("node.log"),
        flags,
        "data.retain-waves=" + RETAINED,
        "engine.backend=" + (cycle % 3 == 1 ? "interpreter" : "compiled"),
        "execution.mode=" + (cycle % 3 == 2 ? "serial" : "parallel"));
  }

  private static void killAfter(NodeProcess node, long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    node.kill();
  }

  /** The handshake: where the node stands, and that all of its state is that of the model. */
  private void check(CrashChain chain, TidemillClient client, String what) {
    final GetInfoResponse info = client.reader().info();
    final WaveRef head = info.getHead();
    assertThat(head.getWave()).as(what).isBetween(lowest, acknowledged + 1);
    assertThat(info.getExpectedWave()).as(what).isEqualTo(head.getWave() + 1);
    acknowledged = head.getWave();
    lowest = acknowledged;
    if (head.getWave() == 0) {
      return;
    }
    assertThat(head.getRoot())
        .as(what)
        .isEqualTo(chain.outcome(head.getWave()).summary().getRoot());
    checkValues(chain, client, head, what);
    // A duplicate gets the answer of the first time, with its diff while the wave before is
    // retained.
    final long first = Math.max(1, info.getOldestStateWave());
    for (long back = 0; back < 3 && head.getWave() - back > first; back++) {
      final long wave = head.getWave() - back;
      final WaveOutcome again = CrashChain.execute(client, chain.request(chain.ref(wave - 1)));
      CrashChain.assertSame(again, chain.outcome(wave), what + ", again wave " + wave);
      resent++;
    }
  }

  private static void checkValues(
      CrashChain chain, TidemillClient client, WaveRef head, String what) {
    final List<StateChange> expected = List.copyOf(chain.state(head.getWave()).values());
    final Hash32 root = Hash32.of(head.getRoot().getBlake3().toByteArray());
    for (int from = 0; from < expected.size(); from += 256) {
      final List<StateChange> part = expected.subList(from, Math.min(expected.size(), from + 256));
      final StateKeys.Builder keys = StateKeys.newBuilder();
      part.forEach(change -> keys.addKeys(change.getKey()));
      final List<StateProof> proofs =
          client.reader().proof(GetProofRequest.newBuilder().setKeys(keys).build()).getStateList();
      for (int i = 0; i < part.size(); i++) {
        final StateProof proof = proofs.get(i);
        assertThat(proof.hasValue()).as(what).isEqualTo(part.get(i).hasValue());
        assertThat(proof.getValue()).as(what).isEqualTo(part.get(i).getValue());
        assertThat(
                ProofVerifier.verify(
                    root,
                    Hash32.of(proof.getKey().toByteArray()),
                    proof.hasValue() ? proof.getValue().toByteArray() : null,
                    Proof.decode(proof.getProof().toByteArray())))
            .as(what)
            .isTrue();
      }
    }
  }

  /** Sends waves until the node is gone. */
  private void drive(CrashChain chain, TidemillClient client, NodeProcess node, String what) {
    WaveRef head = client.reader().info().getHead();
    try {
      while (head.getWave() < chain.waves()) {
        final WaveRequest request = chain.request(head);
        final boolean twoSteps = random.nextBoolean();
        final WaveOutcome outcome =
            CrashChain.execute(client, twoSteps ? request : request.committed());
        final long wave = outcome.summary().getWave();
        CrashChain.assertSame(outcome, chain.outcome(wave), what + ", wave " + wave);
        if (twoSteps) {
          client.commit(outcome);
        }
        acknowledged = wave;
        lowest = wave;
        head = chain.ref(wave);
        if (random.nextInt(4) == 0 && wave > 4) {
          lowest = wave - 1 - random.nextInt(2);
          client.rollback(lowest);
          acknowledged = lowest;
          head = chain.ref(lowest);
        }
      }
    } catch (NodeException e) {
      // Whatever it says, it must be because the process is gone.
      node.kill();
      assertThat(e.status()).as("%s: %s", what, e).isIn(GONE);
    }
  }
}
