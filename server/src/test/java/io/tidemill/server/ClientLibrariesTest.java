package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.server.demo.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client libraries of other languages: their own tests, and their examples against a real node.
 * A library whose toolchain is absent is skipped and says so.
 */
class ClientLibrariesTest {
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir private Path folder;

  @Test
  void shouldDriveWavesFromTypeScript() {
    Path client = TidyTest.projectRoot().resolve("clients/typescript");
    assumeTrue(runs(client, "node", "--version"), "Node.js is not installed");
    assumeTrue(runs(client, "npm", "--version"), "npm is not installed");
    assumeTrue(
        Files.isDirectory(client.resolve("node_modules/typescript"))
            || runs(client, "npm", "ci", "--no-audit", "--no-fund"),
        "npm cannot install the client's dependencies: is the registry reachable?");
    must(client, "npm", "test");
    try (NodeProcess node = node()) {
      String target = "127.0.0.1:" + node.grpcPort();
      String output = must(client, "node", "dist/example/consensus.js", target, sender());
      assertThat(output).contains("\"ok\":true");
    }
  }

  @Test
  void shouldDriveWavesFromPython() {
    Path client = TidyTest.projectRoot().resolve("clients/python");
    assumeTrue(
        runs(client, PYTHON, "-c", "import grpc, google.protobuf, pytest"),
        "Python with grpcio, protobuf and pytest is not installed");
    assumeTrue(
        runs(client, "bash", "-c", "command -v protoc && command -v grpc_python_plugin"),
        "protoc with its Python gRPC plugin is not installed");
    must(client, "bash", "generate.sh");
    must(client, PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests");
    try (NodeProcess node = node()) {
      String target = "127.0.0.1:" + node.grpcPort();
      String output = must(client, PYTHON, "example/consensus.py", target, sender());
      assertThat(output).contains("\"ok\": true");
    }
  }

  private NodeProcess node() {
    List<String> arguments =
        List.of(
            "node",
            "--json",
            "--data-dir",
            folder.resolve("data").toString(),
            "--grpc-port",
            "0",
            "--http-port",
            "-1",
            "--health-port",
            "-1");
    return NodeProcess.start(arguments, folder.resolve("node.log"));
  }

  private static String sender() {
    return FalconKey.devnet(0).address().toHex();
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
      Ended ended = run(directory, command);
      assertThat(ended.code()).as(String.join(" ", command) + "\n" + ended.output()).isZero();
      return ended.output();
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  private record Ended(int code, String output) {}

  private Ended run(Path directory, String... command) throws IOException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
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
