package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.ClientTls;
import io.tidemill.client.JwtSecret;
import io.tidemill.client.RetryPolicy;
import io.tidemill.client.json.Json;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.dev.DevNode;
import io.tidemill.server.dev.DevOptions;
import io.tidemill.server.dev.Fork;
import io.tidemill.server.testing.CuttingProxy;
import io.tidemill.server.testing.ProjectFolder;
import io.tidemill.server.testing.TestLauncher;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client libraries: their own tests, and their examples against a real node behind a relay that
 * cuts the connection twice. A library whose toolchain is absent is skipped and says so.
 */
class ClientLibrariesTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final List<String> JAVA =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");
  private static final Path ROOT = ProjectFolder.path();

  /** What the secured node keeps. */
  @TempDir private static Path secure;

  private static SecuredNode secured;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    secured = SecuredNode.start(secure);
  }

  @AfterAll
  static void close() {
    secured.close();
  }

  @Test
  void shouldDriveWavesFromJava() {
    final Path client = ROOT.resolve("clients/java");
    final List<String> consensus = new ArrayList<>(JAVA);
    consensus.addAll(List.of("example/Consensus.java", "127.0.0.1", "9944"));
    consensus.add("http://127.0.0.1:9933/");
    consensus.add("../../executor/contracts/token/token.wasm");
    drive(client, consensus);
    final String classes = folder.resolve("classes").toString();
    must(client, JAVA.getFirst() + "c", "-d", classes, "example/Secured.java");
    final List<String> program = new ArrayList<>(JAVA);
    program.addAll(
        List.of("-cp", classes + ":" + System.getProperty("java.class.path"), "Secured"));
    reachASecuredNode(client, program);
  }

  @Test
  void shouldDriveWavesFromTypeScript() {
    final Path client = ROOT.resolve("clients/typescript");
    assumeTrue(runs(client, "node", "--version"), "Node.js is not installed");
    assumeTrue(runs(client, "npm", "--version"), "npm is not installed");
    assumeTrue(
        Files.isDirectory(client.resolve("node_modules/vitest"))
            || runs(client, "npm", "ci", "--no-audit", "--no-fund"),
        "npm cannot install the client's dependencies: is the registry reachable?");
    follow("typescript");
    begin("first typescript");
    final String launcher = TestLauncher.write(folder.resolve("tidemill")).toString();
    must(
        client,
        "env",
        "-u",
        "TIDEMILL_RPC",
        "TIDEMILL_LAUNCHER=" + launcher,
        "npx",
        "vitest",
        "run",
        "example",
        "--hookTimeout=120000");
    reachASecuredNode(client, List.of("node", "dist/example/secured.js"));
  }

  @Test
  void shouldDriveWavesFromPython() {
    final Path client = ROOT.resolve("clients/python");
    assumeTrue(
        runs(client, PYTHON, "-c", "import grpc, google.protobuf, pytest"),
        "Python with grpcio, protobuf and pytest is not installed");
    assumeTrue(
        runs(client, "bash", "-c", "command -v protoc && command -v grpc_python_plugin"),
        "protoc with its Python gRPC plugin is not installed");
    follow("python");
    begin("first python");
    reachASecuredNode(client, List.of(PYTHON, "example/secured.py"));
  }

  @Test
  void shouldDriveWavesFromGo() {
    final Path client = ROOT.resolve("clients/go");
    assumeTrue(runs(client, "go", "version"), "Go is not installed");
    assumeTrue(
        runs(client, "bash", "-c", "command -v protoc-gen-go && command -v protoc-gen-go-grpc"),
        "protoc with its Go plugins is not installed");
    assumeTrue(
        Files.isDirectory(Path.of("/usr/share/gocode/src/google.golang.org/grpc"))
            && Files.isDirectory(Path.of("/usr/share/gocode/src/lukechampine.com/blake3")),
        "the Go libraries of Debian are not installed");
    follow("go");
    final String program = folder.resolve("secured").toString();
    must(client, "./debian.sh", "build", "-o", program, "./example/secured");
    reachASecuredNode(client, List.of(program));
    assertThat(must(client, "gofmt", "-l", ".")).isEmpty();
  }

  @Test
  void shouldShowTheCodeOfTheExampleOnTheIntegratePage() {
    final Map<String, List<String>> code = IntegratePage.code(IntegratePage.PAGE);
    assertThat(code).hasSizeGreaterThan(4);
    final Map<String, List<String>> all = new HashMap<>(code);
    all.putAll(IntegratePage.code("docs/dev.md"));
    assertThat(all).hasSize(code.size() + 2);
    all.forEach(
        (place, lines) -> {
          final String[] words = place.split(", ", 2);
          assertThat(lines).as(place).isEqualTo(IntegratePage.part(words[0], words[1]));
        });
    // Nine blocks of commands; no block is left out of the tests.
    assertThat(IntegratePage.fences()).isEqualTo(code.size() + 9L);
  }

  /** What a development chain begins with, it may have to ask for as any client does. */
  @Test
  void shouldForkTheSecuredNodeWithCertificateAndToken() {
    final ClientOptions shown =
        ClientOptions.plaintext("127.0.0.1", secured.grpcPort())
            .withRetries(RetryPolicy.NEVER)
            .withTls(
                new ClientTls(
                    Path.of(secured.certificate()),
                    Path.of(secured.clientCertificate()),
                    Path.of(secured.clientKey()),
                    "node.tidemill.test"));
    assertThatThrownBy(() -> fork(shown)).hasMessageContaining("--fork-from 127.0.0.1:");
    assertThat(fork(shown.withJwtSecret(JwtSecret.read(Path.of(secured.secret())))))
        .contains("every chunk of it proven")
        .contains("ready in");
  }

  /** What the log of a fork says. */
  private static String fork(ClientOptions source) {
    final DevOptions.State state =
        new DevOptions.State(null, false, new Fork.Source(source, null), null);
    final StringWriter said = new StringWriter();
    DevNode.start(DevOptions.forTests(state), new PrintWriter(said), false, false, 0).close();
    return said.toString();
  }

  /**
   * The first ten minutes of the integrate page, on a development chain, to the output it shows.
   */
  private void begin(String block) {
    assertThat(IntegratePage.commands("dev")).containsExactly("./tidemill dev");
    try (DevNode dev =
        DevNode.start(DevOptions.FOR_TESTS, new PrintWriter(new StringWriter()), true, false, 0)) {
      follow(
          block,
          (directory, words) -> {
            assertThat(words).contains("127.0.0.1:9944", "http://127.0.0.1:9933/");
            final String[] command =
                words.stream()
                    .map(word -> word.replace(":9944", ":" + dev.grpcPort()))
                    .map(word -> word.replace(":9933/", ":" + dev.httpPort() + "/"))
                    .toArray(String[]::new);
            assertThat(must(directory, command)).containsPattern(IntegratePage.output("first"));
          });
    }
  }

  /** Does what the integrate page says, with the node's real ports. */
  private void follow(String block) {
    follow(block, this::drive);
  }

  private void follow(String block, BiConsumer<Path, List<String>> example) {
    Path directory = ROOT;
    for (String line : IntegratePage.commands(block)) {
      final List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
      if (words.getFirst().equals("python3")) {
        words.set(0, PYTHON);
      }
      if (words.getFirst().equals("cd")) {
        directory = ROOT.resolve(words.get(1));
      } else if (line.contains(":9944")) {
        example.accept(directory, words);
      } else if (!line.equals("npm ci")) {
        must(directory, words.toArray(String[]::new));
      }
    }
  }

  /** Runs an example; its last JSON object says that everything held, through a cut connection. */
  private void drive(Path client, List<String> command) {
    final List<String> arguments = new ArrayList<>(List.of("node", "--json"));
    arguments.addAll(List.of("--data-dir", folder.resolve("data").toString(), "--grpc-port", "0"));
    arguments.addAll(List.of("--http-port", "0", "--health-port", "-1"));
    try (NodeProcess node = NodeProcess.start(arguments, folder.resolve("node.log"));
        CuttingProxy proxy = new CuttingProxy(node.grpcPort(), 40_000, 30_000)) {
      final String[] words =
          command.stream()
              .map(word -> word.replace("9944", Integer.toString(proxy.port())))
              .map(word -> word.replace(":9933/", ":" + node.httpPort() + "/"))
              .toArray(String[]::new);
      final String output = must(client, words);
      // What a library logs may stand beside it.
      final List<String> objects = output.lines().filter(line -> line.startsWith("{")).toList();
      final Map<?, ?> verdict = (Map<?, ?>) Json.parse(objects.getLast());
      assertThat(verdict.get("ok")).as(output).isEqualTo(true);
      assertThat(((BigDecimal) verdict.get("resends")).intValue()).as(output).isEqualTo(2);
      assertThat(proxy.connections()).isGreaterThanOrEqualTo(3);
    }
  }

  /** The example of a node with TLS and tokens: what it must be shown, and whom it refuses. */
  private void reachASecuredNode(Path client, List<String> example) {
    final List<String> trusting = List.of("--ca", secured.certificate());
    final List<String> known = with(trusting, "--certificate", secured.clientCertificate());
    final List<String> whole =
        with(with(known, "--key", secured.clientKey()), "--jwt-secret", secured.secret());
    final String target = "127.0.0.1:" + secured.grpcPort();
    final String named = "node.tidemill.test";
    final List<String> all =
        with(with(whole, "--server-name", named), "--http", secured.endpoint());
    assertThat(ask(client, example, target, all))
        .containsEntry("ok", true)
        .containsEntry("height", BigDecimal.ZERO);
    final List<String> token = List.of("--jwt-secret", secured.secret());
    assertThat(ask(client, example, "unix:" + secured.socket(), token)).containsEntry("ok", true);
    // Without a token; without a certificate; a node of another name; and in clear text.
    final List<String> noToken = with(known, "--key", secured.clientKey());
    assertThat(ask(client, example, target, noToken)).containsEntry("reason", "UNAUTHENTICATED");
    final List<String> elsewhere = with(whole, "--server-name", "other.tidemill.test");
    for (List<String> wrong :
        List.of(with(trusting, token.get(0), token.get(1)), elsewhere, token)) {
      assertThat(ask(client, example, target, wrong)).containsEntry("reason", "UNAVAILABLE");
    }
  }

  private static List<String> with(List<String> words, String name, String value) {
    final List<String> all = new ArrayList<>(words);
    all.addAll(List.of(name, value));
    return all;
  }

  /** What the example printed; its exit code says the same. */
  private Map<String, Object> ask(
      Path client, List<String> example, String target, List<String> options) {
    final List<String> command = new ArrayList<>(example);
    command.addAll(options);
    command.add(target);
    try {
      final Ended ended = run(client, command.toArray(String[]::new));
      final List<String> lines =
          ended.output().lines().filter(line -> line.startsWith("{")).toList();
      assertThat(lines).as(ended.output()).isNotEmpty();
      final Map<String, Object> said = new HashMap<>();
      ((Map<?, ?>) Json.parse(lines.getLast()))
          .forEach((name, value) -> said.put((String) name, value));
      assertThat(ended.code()).as(ended.output()).isEqualTo(said.get("ok").equals(true) ? 0 : 1);
      return said;
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  private boolean runs(Path directory, String... command) {
    try {
      return run(directory, command).code() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private String must(Path directory, String... command) {
    try {
      final Ended ended = run(directory, command);
      assertThat(ended.code()).as(String.join(" ", command) + "\n" + ended.output()).isZero();
      return ended.output();
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  private record Ended(int code, String output) {}

  private Ended run(Path directory, String... command) throws IOException {
    final Path output = Files.createTempFile(folder, "output", ".txt");
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    final Process process = builder.start();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " does not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IOException("interrupted", e);
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }
}
