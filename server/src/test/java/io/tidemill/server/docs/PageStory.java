package io.tidemill.server.docs;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.JwtSecret;
import io.tidemill.client.TidemillClient;
import io.tidemill.server.Tidemill;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.ProjectFolder;
import io.tidemill.v1.WaveRef;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/**
 * Runs the commands of a page one after the other, as a reader would, in a folder of its own: paths
 * of the machine lie below it, ports are other ones. A node that a page starts runs until a command
 * needs its data for itself, and again when a later one asks for it.
 */
final class PageStory implements AutoCloseable {
  private static final String SECRET = "/etc/tidemill/jwt.hex";

  private final Path scratch;

  /** Ports on the page and the ones that nodes really have. */
  private final Map<String, Integer> ports = new HashMap<>();

  private final Map<Path, Running> nodes = new HashMap<>();
  private String root = "";

  private record Running(List<String> words, NodeProcess process) {}

  PageStory(Path scratch) {
    this.scratch = scratch;
    try {
      Files.createDirectories(scratch.resolve("etc/tidemill"));
      Files.writeString(below(SECRET), "5a".repeat(32));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path below(String path) {
    return scratch.resolve(path.substring(1));
  }

  /** The first configuration that the page shows becomes {@code tidemill.yaml}. */
  void configure(String yaml) throws IOException {
    final Path file = scratch.resolve("tidemill.yaml");
    if (!Files.exists(file)) {
      Files.writeString(file, yaml.replace(": /", ": " + scratch + "/"));
    }
  }

  /** Runs one command, which must succeed. */
  void run(String command) throws IOException {
    if (command.startsWith("health") || command.contains("replica.primary=")) {
      resume();
    }
    final List<String> words = new ArrayList<>();
    for (String word : command.split("\\s+")) {
      words.add(words.isEmpty() ? word : mapped(word, words.getLast()));
    }
    final boolean node = words.getFirst().equals("node") && !words.contains("--help");
    if (node) {
      start(command, words);
      return;
    }
    if (command.matches("(snapshot create|state verify|state stats) .*")) {
      stop(Path.of(words.get(2)));
    }
    execute(words);
  }

  private static void execute(List<String> words) {
    final StringWriter said = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(said, true));
    line.setErr(new PrintWriter(said, true));
    if (line.execute(words.toArray(String[]::new)) != 0) {
      throw new AssertionError(String.join(" ", words) + "\n" + said);
    }
  }

  private String mapped(String word, String before) {
    if (word.equals("ROOT")) {
      return root;
    }
    if (before.equals("--port")) {
      return Integer.toString(ports.get(word));
    }
    if (word.startsWith("http://127.0.0.1:")) {
      return "http://127.0.0.1:" + ports.get(word.substring("http://127.0.0.1:".length()));
    }
    if (word.startsWith("replica.primary=HOST:")) {
      return "replica.primary=127.0.0.1:" + ports.get(word.substring(word.indexOf(':') + 1));
    }
    if (word.startsWith("/")) {
      return below(word).toString();
    }
    final Path file = ProjectFolder.path().resolve(word);
    if (word.contains("/") && Files.exists(file)) {
      return file.toString();
    }
    final boolean own =
        before.equals("--data-dir") || word.matches("[a-z]+\\.(wasm|waves|yaml|toml)");
    return own ? scratch.resolve(word).toString() : word;
  }

  private void start(String command, List<String> words) throws IOException {
    final boolean replica = command.contains("replica.primary=");
    final List<String> arguments = new ArrayList<>(words);
    arguments.add("--json");
    for (String port : List.of("--grpc-port", "--http-port", "--health-port")) {
      final int at = arguments.indexOf(port);
      if (at >= 0) {
        arguments.set(at + 1, "0");
      } else {
        arguments.addAll(List.of(port, "0"));
      }
    }
    final boolean configured = arguments.contains("--config");
    if (configured) {
      final int reader = freePort();
      ports.put("9946", reader);
      arguments.addAll(List.of("--set", "grpc.reader-port=" + reader));
    }
    final int data = words.indexOf("--data-dir");
    final Path folder = data < 0 ? below("/var/lib/tidemill") : Path.of(words.get(data + 1));
    final NodeProcess process = launch(folder, arguments);
    ports.put(option(command, "--grpc-port", "9944"), process.grpcPort());
    ports.put(option(command, "--http-port", "9933"), process.httpPort());
    if (configured) {
      feed(process.grpcPort());
    } else if (replica) {
      final String head = root;
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> hex(head(process.grpcPort())).equals(head));
    }
  }

  private NodeProcess launch(Path folder, List<String> arguments) {
    final NodeProcess process = NodeProcess.start(arguments, scratch.resolve("node.log"));
    nodes.put(folder, new Running(arguments, process));
    return process;
  }

  private static String option(String command, String name, String otherwise) {
    return command.contains(name) ? command.replaceAll(".*" + name + " (\\S+).*", "$1") : otherwise;
  }

  /** A consensus client is at work beside what the page says. */
  private void feed(int port) {
    final String file = scratch.resolve("fed.waves").toString();
    execute(
        List.of("wave", "generate", file, "--waves", "3", "--transactions", "20", "--unsigned"));
    execute(
        List.of(
            "wave", "replay", file, "--port", "" + port, "--jwt-secret", below(SECRET).toString()));
    root = hex(head(port));
  }

  private WaveRef head(int port) {
    final ClientOptions options =
        ClientOptions.plaintext("127.0.0.1", port).withJwtSecret(JwtSecret.read(below(SECRET)));
    try (TidemillClient client = TidemillClient.connect(options)) {
      return client.reader().info().getHead();
    }
  }

  private static String hex(WaveRef head) {
    return HexFormat.of().formatHex(head.getRoot().getBlake3().toByteArray());
  }

  private void stop(Path folder) {
    final Running node = nodes.get(folder);
    if (node != null) {
      node.process().close();
    }
  }

  /** Starts again what a command had stopped. */
  private void resume() {
    final Path folder = below("/var/lib/tidemill");
    final Running node = nodes.get(folder);
    if (node != null && !node.process().isAlive()) {
      final NodeProcess process = launch(folder, node.words());
      ports.put("9944", process.grpcPort());
      ports.put("9933", process.httpPort());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    nodes.values().forEach(node -> node.process().close());
  }
}
