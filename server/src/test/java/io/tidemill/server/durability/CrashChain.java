package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.RetryPolicy;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.server.Tidemill;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.Setting;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.WaveRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The chain that is run through crashes and faults, and what must come out of it: every wave is
 * executed by a node in this process that nothing happens to, serially and in memory. Its rules
 * change on the way, so that crashes fall on both sides of an activation.
 */
final class CrashChain implements AutoCloseable {
  /** Waves at which the rules change. */
  static final List<Integer> ACTIVATIONS = List.of(9, 21);

  private final Path spec;
  private final WaveFile file;
  private final DevNode reference;
  private final List<WaveOutcome> outcomes = new ArrayList<>();
  private final List<Map<String, StateChange>> states = new ArrayList<>();

  CrashChain(Path folder, long seed, int waves) throws IOException {
    spec = Files.writeString(folder.resolve("chain.yaml"), chainFile());
    file = DevNode.waves(seed, waves, 12);
    reference =
        new DevNode(
            folder.resolve("reference"),
            Map.of(
                Setting.DATA_STORE,
                "memory",
                Setting.EXECUTION_MODE,
                "serial",
                Setting.CHAIN_SPEC,
                spec.toString()));
    states.add(Map.of());
  }

  private static String chainFile() {
    final StringBuilder yaml =
        new StringBuilder(
            """
            version: 1
            chain: {id: 31337, name: crashes}
            timestamp: 1600000000
            beacon_seed: "0x%s"
            total_supply: "10000000000000000"
            base_fee: 100
            rules:
              - {wave: 0, signatures: trusted, epoch_length_waves: 7}
              - {wave: %d, new_slot_surcharge: 700, burn_bps: 6000, reward_bps: 3000}
              - {wave: %d, host_prices: chapter_10}
            accounts:
            """
                .formatted("00".repeat(32), ACTIVATIONS.getFirst(), ACTIVATIONS.getLast()));
    for (int i = 0; i < DevChain.ACCOUNTS; i++) {
      final byte[] key = FalconKey.devnet(i).publicKey();
      yaml.append("  - {public_key: \"0x")
          .append(HexFormat.of().formatHex(key))
          .append("\", balance: \"1000000000000000\"}\n");
    }
    return yaml.toString();
  }

  /** How many waves there are. */
  int waves() {
    return file.waves().size();
  }

  /** What wave {@code wave} must come to. */
  WaveOutcome outcome(long wave) {
    while (outcomes.size() < wave) {
      final WaveOutcome next = reference.execute(file, outcomes.size());
      final Map<String, StateChange> state = new TreeMap<>(states.getLast());
      next.stateDiff().forEach(change -> state.put(hex(change), change));
      outcomes.add(next);
      states.add(state);
    }
    return outcomes.get((int) wave - 1);
  }

  /** The last change of every key that waves 1 to {@code wave} wrote. */
  Map<String, StateChange> state(long wave) {
    if (wave > 0) {
      outcome(wave);
    }
    return states.get((int) wave);
  }

  /** Wave {@code wave}, at least 1, with its root. */
  WaveRef ref(long wave) {
    return WaveRef.newBuilder().setWave(wave).setRoot(outcome(wave).summary().getRoot()).build();
  }

  private static String hex(StateChange change) {
    return HexFormat.of().formatHex(change.getKey().toByteArray());
  }

  /** The wave after {@code head}, with everything that can be asked of it. */
  WaveRequest request(WaveRef head) {
    final long wave = head.getWave() + 1;
    return WaveReplay.request(
            file, file.waves().get((int) wave - 1), wave, head.getRoot().getBlake3())
        .withStateDiff();
  }

  /** A node in a process of its own on the state in {@code data}. */
  NodeProcess start(Path data, Path log, List<String> flags, String... sets) {
    final List<String> arguments =
        new ArrayList<>(
            List.of(
                "node",
                "--json",
                "--data-dir",
                data.toString(),
                "--grpc-port",
                "0",
                "--http-port",
                "0",
                "--health-port",
                "0",
                "--set",
                "chain.spec=" + spec));
    for (final String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    final List<String> jvm =
        new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-Xmx384m", "-XX:+UseSerialGC"));
    jvm.addAll(flags);
    return NodeProcess.start(jvm, Tidemill.class.getName(), arguments, log);
  }

  /** A client that tells of every failure at once. */
  static TidemillClient connect(NodeProcess node) {
    return TidemillClient.connect(
        ClientOptions.plaintext("127.0.0.1", node.grpcPort()).withRetries(RetryPolicy.NEVER));
  }

  /** Executes {@code request} on a stream of its own. */
  static WaveOutcome execute(TidemillClient client, WaveRequest request) {
    try (WaveStream stream = client.openWaveStream()) {
      return stream.execute(request);
    }
  }

  /** The same bytes, but for whether the node had to execute. */
  static void assertSame(WaveOutcome actual, WaveOutcome expected, String what) {
    assertThat(actual.result()).as(what).isEqualTo(expected.result());
    assertThat(actual.receipts()).as(what).isEqualTo(expected.receipts());
    assertThat(actual.stateDiff()).as(what).isEqualTo(expected.stateDiff());
  }

  @Override
  public void close() {
    reference.close();
  }
}
