package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.client.json.Json;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.CuttingProxy;
import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client libraries: their own tests, and their examples against a real node behind a relay that
 * cuts the connection twice. A library whose toolchain is absent is skipped and says so.
 */
class ClientLibrariesTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Path ROOT = ProjectFolder.path();

  @TempDir private Path folder;

  @Test
  void shouldDriveWavesFromJava() {
    final Path client = ROOT.resolve("clients/java");
    drive(
        client,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "example/Consensus.java",
            "127.0.0.1",
            "9944",
            "http://127.0.0.1:9933/",
            "../../executor/contracts/token/token.wasm"));
  }

  @Test
  void shouldDriveWavesFromTypeScript() {
    final Path client = ROOT.resolve("clients/typescript");
    assumeTrue(runs(client, "node", "--version"), "Node.js is not installed");
    assumeTrue(runs(client, "npm", "--version"), "npm is not installed");
    assumeTrue(
        Files.isDirectory(client.resolve("node_modules/@noble/post-quantum"))
            || runs(client, "npm", "ci", "--no-audit", "--no-fund"),
        "npm cannot install the client's dependencies: is the registry reachable?");
    follow("typescript");
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
    assertThat(must(client, "gofmt", "-l", ".")).isEmpty();
  }

  @Test
  void shouldShowTheCodeOfTheExampleOnTheIntegratePage() {
    final Map<String, List<String>> code = IntegratePage.code();
    assertThat(code).hasSizeGreaterThan(4);
    code.forEach(
        (place, lines) -> {
          final String[] words = place.split(", ", 2);
          assertThat(lines).as(place).isEqualTo(IntegratePage.part(words[0], words[1]));
        });
    // Six blocks of commands; no block is left out of the tests.
    assertThat(IntegratePage.fences()).isEqualTo(code.size() + 6L);
  }

  /** Does what the integrate page says, with the node's real ports. */
  private void follow(String block) {
    Path directory = ROOT;
    for (String line : IntegratePage.commands(block)) {
      final List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
      if (words.getFirst().equals("python3")) {
        words.set(0, PYTHON);
      }
      if (words.getFirst().equals("cd")) {
        directory = ROOT.resolve(words.get(1));
      } else if (line.contains(":9944")) {
        drive(directory, words);
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
