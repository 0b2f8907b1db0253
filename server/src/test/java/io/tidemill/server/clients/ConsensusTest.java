package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.json.Json;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.server.Tidemill;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.LyingNode;
import io.tidemill.v1.WaveRef;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference consensus client against nodes in processes of their own. */
class ConsensusTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** A chain with one account; more rules and its key are filled in. */
  private static final String CHAIN =
      """
      version: 1
      chain: {id: 31337, name: rules}
      timestamp: 1600000000
      beacon_seed: "0x%s"
      total_supply: "1000"
      base_fee: 100
      rules:
        - {wave: 0, signatures: trusted}%s
      accounts:
        - {public_key: "0x%s", balance: "1000"}
      """;

  @TempDir private Path folder;

  private final List<NodeProcess> nodes = new ArrayList<>();

  @AfterEach
  void stopNodes() {
    nodes.forEach(NodeProcess::close);
  }

  @Test
  void shouldAgreeAndSurviveTheDeathOfEitherNode() throws IOException {
    final int[] ports = {freePort(), freePort()};
    final NodeProcess[] alive = {start("a", ports[0]), start("b", ports[1])};
    for (int victim : new int[] {1, 0}) {
      final int last = 40 * (2 - victim);
      final StringWriter out = new StringWriter();
      final CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () -> consensus(out, ports, with("--waves", "" + last, "--interval", "100")));
      // Waves that both have are not sent, so that the second run begins where the first ended.
      await(() -> waves(out).size() >= 3);
      alive[victim].kill();
      final int atDeath = waves(out).size();
      await(() -> waves(out).size() >= atDeath + 3);
      nodes.remove(alive[victim]);
      alive[victim] = start(victim == 0 ? "a" : "b", ports[victim]);
      assertThat(run.join()).as(out.toString()).isZero();
      assertThat(waves(out)).hasSize(40);
      assertThat(events(out, "away")).isNotEmpty();
      final String dead = "127.0.0.1:" + ports[victim];
      assertThat(events(out, "replay")).anyMatch(event -> dead.equals(event.get("node")));
      assertThat(head(ports[0])).isEqualTo(head(ports[1]));
      assertThat(head(ports[0]).getWave()).isEqualTo(last);
    }
    // Once more: nothing to do, and still the same.
    final StringWriter again = new StringWriter();
    assertThat(consensus(again, ports, with("--waves", "80"))).as(again.toString()).isZero();
    assertThat(waves(again)).isEmpty();
  }

  @Test
  void shouldDoWhatTheIntegratePageSays() {
    final int first = startAs("node");
    final int second = startAs("second node");
    for (String line : IntegratePage.commands("consensus")) {
      final StringWriter out = new StringWriter();
      final String[] words =
          line.replace("some.waves", folder.resolve("some.waves").toString())
              .replace("9944", Integer.toString(first))
              .replace("9945", Integer.toString(second))
              .substring("./tidemill ".length())
              .split(" ", -1);
      final int code =
          Tidemill.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(out))
              .execute(words);
      assertThat(code).as(line + "\n" + out).isZero();
    }
    assertThat(head(first)).isEqualTo(head(second));
    assertThat(head(first).getWave()).isEqualTo(20);
  }

  /** Starts a node with the command of the page, on other ports and in another folder. */
  private int startAs(String block) {
    final List<String> words =
        new ArrayList<>(
            List.of(IntegratePage.commands(block).getFirst().split(" ", -1)).subList(1, 6));
    assertThat(words).startsWith("node", "--data-dir").contains("--grpc-port");
    words.set(2, folder.resolve(words.get(2)).toString());
    words.set(4, "0");
    words.addAll(List.of("--http-port", "-1", "--health-port", "-1", "--json"));
    final NodeProcess node = NodeProcess.start(words, folder.resolve(block + ".log"));
    nodes.add(node);
    return node.grpcPort();
  }

  @Test
  void shouldCatchANodeThatLies() {
    final NodeProcess honest = start("a", 0);
    final NodeProcess behind = start("b", 0);
    try (LyingNode liar = new LyingNode(behind.grpcPort(), LyingNode.Lie.ROOT, 3)) {
      final Map<?, ?> found = disagreement(honest.grpcPort(), liar.port());
      assertThat(found.get("wave")).isEqualTo(new BigDecimal(3));
      assertThat((String) found.get("where"))
          .isEqualTo("the root; all receipts and all state changes are the same");
    }
    // Nothing was committed after the lie: both nodes can go on from wave 2.
    assertThat(head(honest.grpcPort()).getWave()).isEqualTo(2);
    assertThat(head(honest.grpcPort())).isEqualTo(head(behind.grpcPort()));
    try (LyingNode liar = new LyingNode(behind.grpcPort(), LyingNode.Lie.RECEIPT, 4)) {
      final Map<?, ?> found = disagreement(honest.grpcPort(), liar.port());
      assertThat(found.get("wave")).isEqualTo(new BigDecimal(4));
      assertThat((String) found.get("where")).isEqualTo("receipt 3, gas_used");
      final Map<?, ?> first = (Map<?, ?>) found.get("first");
      final Map<?, ?> second = (Map<?, ?>) found.get("second");
      assertThat(Integer.parseInt((String) first.get("value")))
          .isEqualTo(
              Integer.parseInt((String) second.get("value"))
                  + (first.get("node").equals("127.0.0.1:" + liar.port()) ? 1 : -1));
    }
  }

  @Test
  void shouldCatchANodeWithAnotherHistory() {
    final int[] ports = {start("a", 0).grpcPort(), start("b", 0).grpcPort()};
    for (int i = 0; i < 2; i++) {
      final StringWriter out = new StringWriter();
      final int[] one = {ports[i]};
      assertThat(consensus(out, one, "--waves", "1", "--transactions", "5", "--seed", "" + i))
          .as(out.toString())
          .isZero();
    }
    final StringWriter out = new StringWriter();
    assertThat(consensus(out, ports, "--waves", "3", "--transactions", "5", "--seed", "0"))
        .as(out.toString())
        .isEqualTo(3);
    final Map<?, ?> found = (Map<?, ?>) events(out, "result").getFirst().get("disagreement");
    assertThat(found.get("wave")).isEqualTo(BigDecimal.ONE);
    assertThat(found.get("where")).isEqualTo("the root");
  }

  @Test
  void shouldRefuseANodeWithOtherRulesAtTheHandshake() throws IOException {
    final String[] others = {
      "",
      "\n  - {wave: 50, burn_bps: 6000, reward_bps: 3000}",
      "\n  - {wave: 50, burn_bps: 6000, reward_bps: 3001}"
    };
    final int[] ports = new int[others.length];
    for (int i = 0; i < others.length; i++) {
      final Path chain = folder.resolve("chain" + i + ".yaml");
      final String key = HexFormat.of().formatHex(FalconKey.devnet(0).publicKey());
      Files.writeString(chain, CHAIN.formatted("00".repeat(32), others[i], key));
      ports[i] = start("node" + i, 0, "--set", "chain.spec=" + chain).grpcPort();
    }
    final Map<List<Integer>, String> said =
        Map.of(
            List.of(0, 1),
            "and 127.0.0.1:" + ports[0] + " has none for that wave",
            List.of(1, 2),
            "from wave 50 on ");
    said.forEach(
        (pair, message) -> {
          final StringWriter out = new StringWriter();
          final int[] both = {ports[pair.get(0)], ports[pair.get(1)]};
          assertThat(consensus(out, both, "--waves", "3")).as(out.toString()).isEqualTo(1);
          assertThat(out.toString()).contains(message).contains("the same chain file");
          assertThat(head(both[0]).getWave()).isZero();
        });
  }

  @Test
  void shouldSayWhatIsWrongAndNotHang() throws IOException {
    final StringWriter out = new StringWriter();
    final int[] nobody = {freePort()};
    assertThat(consensus(out, nobody, "--waves", "1", "--patience", "1")).isEqualTo(1);
    assertThat((Boolean) events(out, "result").getFirst().get("ok")).isFalse();
    assertThat(consensus(out, nobody, "--quorum", "2")).isEqualTo(2);
    assertThat(consensus(out, new int[0])).isEqualTo(2);
    final int[] chain = {start("a", 0).grpcPort()};
    final StringWriter other = new StringWriter();
    assertThat(consensus(other, chain, "--chain-id", "7")).isEqualTo(1);
    assertThat(other.toString()).doesNotContain("\"ok\":true");
  }

  /** The options of the runs that one node goes through alone. */
  private static String[] with(String... options) {
    final List<String> all = new ArrayList<>(List.of("--transactions", "20", "--seed", "5"));
    all.addAll(List.of("--quorum", "1"));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  private Map<?, ?> disagreement(int... ports) {
    final StringWriter out = new StringWriter();
    final int code = consensus(out, ports, "--waves", "6", "--transactions", "10", "--seed", "3");
    assertThat(code).as(out.toString()).isEqualTo(3);
    return (Map<?, ?>) events(out, "result").getFirst().get("disagreement");
  }

  private static int consensus(StringWriter out, int[] ports, String... options) {
    final List<String> arguments = new ArrayList<>(List.of("consensus", "--json"));
    for (int port : ports) {
      arguments.add("--node");
      arguments.add("127.0.0.1:" + port);
    }
    arguments.addAll(List.of(options));
    return Tidemill.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(new StringWriter()))
        .execute(arguments.toArray(String[]::new));
  }

  private static List<Map<?, ?>> waves(StringWriter out) {
    return events(out, "wave");
  }

  private static List<Map<?, ?>> events(StringWriter out, String event) {
    final List<Map<?, ?>> found = new ArrayList<>();
    final String text = out.toString();
    // The last line may be half written.
    text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .map(line -> (Map<?, ?>) Json.parse(line))
        .filter(map -> event.equals(map.get("event")))
        .forEach(found::add);
    return found;
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  private static WaveRef head(int port) {
    try (TidemillClient client =
        TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", port))) {
      return client.reader().info().getHead();
    }
  }

  private NodeProcess start(String name, int port, String... more) {
    final List<String> arguments = new ArrayList<>(List.of("node", "--json", "--data-dir"));
    arguments.addAll(List.of(folder.resolve(name).toString(), "--grpc-port", "" + port));
    arguments.addAll(List.of("--http-port", "-1", "--health-port", "-1"));
    arguments.addAll(List.of(more));
    final NodeProcess node = NodeProcess.start(arguments, folder.resolve(name + ".log"));
    nodes.add(node);
    return node;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
