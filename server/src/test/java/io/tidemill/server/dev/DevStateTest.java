package io.tidemill.server.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.RetryPolicy;
import io.tidemill.server.Tidemill;
import io.tidemill.server.testing.Http;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a development chain begins with and what becomes of its state, by its commands. */
class DevStateTest {
  @TempDir private Path folder;

  private final StringWriter said = new StringWriter();

  private record Run(int code, String text) {}

  private DevNode start(DevOptions.State state, DevOptions.Preload... deployments) {
    return DevNode.start(
        new DevOptions(
            state,
            null,
            DevOptions.Waves.AT_ONCE,
            BigInteger.ZERO,
            List.of(deployments),
            false,
            false,
            0,
            0),
        new PrintWriter(said),
        false,
        false,
        0);
  }

  private static DevOptions.State load(Path file) {
    return new DevOptions.State(null, false, null, file);
  }

  private static Run run(DevNode dev, String... words) {
    final StringWriter out = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    final List<String> all = new ArrayList<>(List.of("dev"));
    all.addAll(List.of(words));
    all.addAll(List.of("--rpc", "http://127.0.0.1:" + dev.httpPort()));
    return new Run(line.execute(all.toArray(String[]::new)), out.toString());
  }

  private static String done(DevNode dev, String... words) {
    final Run run = run(dev, words);
    assertThat(run.code()).as(List.of(words) + ": " + run.text()).isZero();
    return run.text();
  }

  private static String root(DevNode dev) {
    final JsonNode info =
        Http.rpc(dev.httpPort(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tidemill_getInfo\"}")
            .json();
    return info.at("/result/head/root").textValue();
  }

  @Test
  void shouldLoadADumpIntoARunningChainAndIntoANewOne() throws IOException {
    final Path file = folder.resolve("state.jsonl");
    final String root;
    try (DevNode dev = start(DevOptions.State.IN_MEMORY)) {
      done(dev, "deploy", "counter", "7");
      done(dev, "deploy", "token", "1000");
      done(dev, "send", "token", "transfer", "#1", "10");
      root = root(dev);
      assertThat(done(dev, "dump", file.toString())).contains(" keys of wave 3").contains(root);
      done(dev, "send", "token", "transfer", "#1", "10");
      done(dev, "send", "counter", "increment");
      done(dev, "deploy", "counter", "1", "--name", "second");
      assertThat(root(dev)).isNotEqualTo(root);
      assertThat(done(dev, "load", file.toString())).contains(root);
      assertThat(done(dev, "call", "token", "balance_of", "#1")).isEqualTo("10\n");
      assertThat(run(dev, "call", "second", "get").text()).contains("nor a registered name");
      assertThat(done(dev, "send", "counter", "increment")).contains("result   8");
    }
    try (DevNode dev = start(load(file))) {
      assertThat(root(dev)).isEqualTo(root);
      assertThat(done(dev, "send", "counter", "add", "2")).contains("result   9");
    }
    final List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.removeLast();
    Files.write(file, lines);
    try (DevNode dev = start(DevOptions.State.IN_MEMORY)) {
      final String before = root(dev);
      final Run damaged = run(dev, "load", file.toString());
      assertThat(damaged.code()).isEqualTo(1);
      assertThat(damaged.text()).contains("but what arrived has the root");
      assertThat(root(dev)).isEqualTo(before);
    }
    assertThatThrownBy(() -> start(load(file))).hasMessageContaining("cannot be loaded");
    assertThatThrownBy(() -> start(load(folder.resolve("none")))).hasMessageContaining("no file");
  }

  @Test
  void shouldBeginWithTheStateOfAnotherNodeAndLeaveThatAlone() throws IOException {
    try (DevNode source = start(DevOptions.State.in(folder.resolve("source")))) {
      done(source, "deploy", "counter", "7");
      done(source, "send", "#5", "--value", "77");
      final String root = root(source);
      final DevOptions.State fork =
          new DevOptions.State(folder.resolve("fork"), false, from(source.grpcPort(), null), null);
      try (DevNode dev = start(fork)) {
        assertThat(said.toString()).contains("taking the state of wave 2 from 127.0.0.1:");
        assertThat(rootOf(dev, 2)).isEqualTo(root);
        assertThat(done(dev, "call", "counter", "get")).isEqualTo("7\n");
        assertThat(done(dev, "send", "counter", "increment", "--from", "#3"))
            .contains("wave     4");
        assertThat(done(dev, "proof", "counter")).startsWith("valid");
      }
      assertThat(root(source)).isEqualTo(root);
      // The fork in the folder goes on, whatever the node does meanwhile.
      done(source, "send", "counter", "add", "100");
      try (DevNode again = start(fork)) {
        assertThat(done(again, "call", "counter", "get")).isEqualTo("8\n");
      }
      final DevOptions.State early =
          new DevOptions.State(null, false, from(source.grpcPort(), 1L), null);
      try (DevNode dev = start(early)) {
        assertThat(done(dev, "send", "counter", "increment")).contains("result   8");
      }
    }
    assertThat(leftovers()).isEmpty();
    assertThatThrownBy(() -> start(new DevOptions.State(null, false, from(1, null), null)))
        .hasMessageContaining("--fork-from 127.0.0.1:1");
  }

  private static Fork.Source from(int port, @Nullable Long wave) {
    return new Fork.Source(
        ClientOptions.plaintext("127.0.0.1", port).withRetries(RetryPolicy.NEVER), wave);
  }

  @Test
  void shouldTakeTheOptionsOfASourceOnlyWithOne() {
    for (String option : List.of("--tls-ca=x", "--token=x", "--fork-wave=1")) {
      final StringWriter err = new StringWriter();
      final CommandLine line = Tidemill.commandLine().setErr(new PrintWriter(err));
      assertThat(line.execute("dev", option)).as(err.toString()).isEqualTo(2);
      assertThat(err.toString()).contains("need --fork-from");
    }
  }

  @Test
  void shouldSayWhoHasAPortAndWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String option : List.of("--http-port", "--grpc-port")) {
        final StringWriter err = new StringWriter();
        final CommandLine line = Tidemill.commandLine().setErr(new PrintWriter(err));
        final List<String> words = new ArrayList<>(List.of("dev", "--http-port", "0"));
        words.addAll(List.of("--grpc-port", "0", option, "" + taken.getLocalPort()));
        line.setOverwrittenOptionsAllowed(true);
        assertThat(line.execute(words.toArray(String[]::new))).isEqualTo(1);
        assertThat(err.toString())
            .contains("port " + taken.getLocalPort() + " for ")
            .contains("give " + option + " 0 for a free port");
      }
    }
  }

  private static List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("tidemill-fork"))
          .toList();
    }
  }

  private static String rootOf(DevNode dev, long wave) {
    return Http.rpc(
            dev.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_getProof\",\"params\":{\"account\":"
                + "\"counter\",\"base\":"
                + wave
                + "}}")
        .json()
        .at("/result/base/root")
        .textValue();
  }

  @Test
  void shouldForgetTheChainOfAFolderWhenItIsToldTo() {
    final Path state = folder.resolve("state");
    try (DevNode dev = start(DevOptions.State.in(state))) {
      done(dev, "mine", "3");
    }
    try (DevNode dev = start(new DevOptions.State(state, true, null, null))) {
      assertThat(done(dev, "mine")).startsWith("wave 1 ");
    }
    assertThatThrownBy(() -> start(new DevOptions.State(state, false, null, folder.resolve("x"))))
        .hasMessageContaining("add --reset");
  }

  @Test
  void shouldHaveItsContractsBeforeItIsReady() {
    try (DevNode dev =
        start(
            DevOptions.State.IN_MEMORY,
            DevOptions.Preload.parse("counter 5"),
            DevOptions.Preload.parse("token@gold 1000000"),
            DevOptions.Preload.parse("vault #0"))) {
      assertThat(done(dev, "call", "counter", "get")).isEqualTo("5\n");
      assertThat(done(dev, "call", "gold", "total_supply")).isEqualTo("1000000\n");
      assertThat(said.toString()).doesNotContain("fail");
      assertThat(said.toString().indexOf("ok   deploy gold"))
          .isBetween(1, said.toString().indexOf("ready in"));
    }
    for (String wrong : List.of("none.wasm", "counter", "counter@Not-A-Name 7")) {
      assertThatThrownBy(() -> start(DevOptions.State.IN_MEMORY, DevOptions.Preload.parse(wrong)))
          .hasMessageContaining("--deploy " + wrong.split("[@ ]", 2)[0] + ": ");
    }
  }

  @Test
  void shouldPrintWhatContractsLog() throws IOException {
    for (String name : List.of("debug.wasm", "otigen.toml")) {
      try (var in = DevStateTest.class.getResourceAsStream("/author/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    final String packed = folder.resolve("packed.wasm").toString();
    final CommandLine line = Tidemill.commandLine();
    assertThat(
            line.execute(
                "contract",
                "pack",
                folder.resolve("debug.wasm").toString(),
                "--manifest",
                folder.resolve("otigen.toml").toString(),
                "-o",
                packed,
                "--no-strict"))
        .isZero();
    try (DevNode dev = start(DevOptions.State.IN_MEMORY)) {
      done(dev, "deploy", packed, "--name", "greeter");
      final String sent = done(dev, "send", "greeter", "greet");
      assertThat(sent).contains("log      greeter: hello");
      assertThat(said.toString()).contains("         log   greeter: hello");
      final String hash = sent.substring(sent.indexOf("hash") + 9).strip();
      assertThat(done(dev, "trace", hash)).contains("  log hello");
      assertThat(done(dev, "send", "greeter", "greet", "--trace")).contains("  log hello");
      assertThat(done(dev, "call", "greeter", "greet")).startsWith("log      greeter: hello\n");
      assertThat(done(dev, "call", "greeter", "greet", "--trace"))
          .startsWith("call greeter.greet()")
          .contains("  log hello");
    }
  }

  @Test
  void shouldDoByCommandWhatNoTransactionCould() throws IOException {
    try (DevNode dev = start(DevOptions.State.IN_MEMORY)) {
      done(dev, "deploy", "counter", "7");
      assertThat(done(dev, "set-balance", "#9", "5")).startsWith("wave 2");
      assertThat(done(dev, "faucet", "#9", "20")).contains("balance 25");
      done(dev, "set-nonce", "#9", "40");
      assertThat(done(dev, "send", "counter", "increment", "--from", "#9")).contains("result   8");
      assertThat(done(dev, "storage", "counter", "count")).contains("value    8");
      assertThat(done(dev, "storage", "counter", "owner")).contains("value    #0");
      assertThat(done(dev, "storage", "counter").lines()).hasSize(2);
      assertThat(run(dev, "storage", "counter", "size").text())
          .contains("declared are [owner, count]");
      final String elsewhere = "0x" + "5a".repeat(32);
      final Path module = Path.of("..", "executor", "contracts", "counter", "counter.wasm");
      done(dev, "set-code", elsewhere, module.toString());
      assertThat(done(dev, "call", elsewhere, "get")).isEqualTo("0\n");
      final Path junk = Files.write(folder.resolve("junk.wasm"), new byte[] {0, 'a', 's', 'm'});
      final Run refused = run(dev, "set-code", elsewhere, junk.toString());
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.text()).contains("could not be deployed");
      assertThat(done(dev, "label", elsewhere, "copy")).isEqualTo(elsewhere + " is copy\n");
      assertThat(done(dev, "send", "copy", "increment", "--trace"))
          .startsWith("ok       copy.increment()")
          .contains("call copy.increment()");
      final String failed = run(dev, "send", "counter", "reset", "--from", "#9").text();
      assertThat(failed).contains("at       counter.reset +");
      assertThat(said.toString()).contains("         at    counter.reset +");
      assertThat(run(dev, "call", "counter", "reset", "--from", "#9").text())
          .contains("at       counter.reset +");
      final String gas = done(dev, "gas", "--clear");
      assertThat(gas).containsPattern("counter.reset +1 +1 ").containsPattern("copy.incr.* 1 +0 ");
      assertThat(done(dev, "gas").lines()).hasSize(1);
      assertThat(done(dev, "mode", "batch", "--size", "2")).isEqualTo("batch\n");
      assertThat(done(dev, "send", "#1", "--value", "1")).startsWith("queued");
      assertThat(done(dev, "drop")).isEqualTo("1 dropped\n");
      assertThat(done(dev, "send", "#1", "--value", "1")).startsWith("queued");
      assertThat(done(dev, "send", "#1", "--value", "1")).startsWith("ok");
      assertThat(done(dev, "info")).contains("batch");
    }
  }

  @Test
  void shouldTellAScriptTheSameWithTheSameExitCode() {
    try (DevNode dev = start(DevOptions.State.IN_MEMORY)) {
      done(dev, "deploy", "counter", "7");
      for (Map.Entry<List<String>, Integer> command :
          Map.of(
                  List.of("send", "counter", "reset", "--from", "#3"), 1,
                  List.of("call", "counter", "get"), 0,
                  List.of("receipt", "0x" + "00".repeat(32)), 1,
                  List.of("proof", "counter", "--root", "0x" + "11".repeat(32)), 1,
                  List.of("accounts"), 0)
              .entrySet()) {
        for (List<String> option : List.of(List.<String>of(), List.of("--json"))) {
          final List<String> words = new ArrayList<>(command.getKey());
          words.addAll(option);
          assertThat(run(dev, words.toArray(String[]::new)).code())
              .as(words.toString())
              .isEqualTo(command.getValue());
        }
      }
    }
  }
}
