package io.tidemill.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image for the processor that this machine does not have: built, unpacked, and a node run from
 * it by an emulator, beside a node on this machine. Waves must come out the same on both.
 */
final class EmulatedImageTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> NODE =
      List.of("node", "--json", "--grpc-port", "0", "--http-port", "-1", "--health-port", "-1");

  @TempDir private Path folder;

  @Test
  void shouldComputeTheSameRootsOnAnotherProcessor() throws IOException {
    assumeTrue(
        Boolean.getBoolean("tidemill.image.emulated"),
        "loads 360 MB and runs for minutes; ask for it with"
            + " TIDEMILL_TEST_OPTS=-Dtidemill.image.emulated=true");
    UnpackedImage.assumeBuildable();
    final Platform other = Platform.here() == Platform.ARM64 ? Platform.AMD64 : Platform.ARM64;
    assumeTrue(RootFolder.runs(other), "Debian's qemu-user-static is not installed");

    final UnpackedImage image = UnpackedImage.build(other, folder);

    assertThat(image.config().get("architecture").asText()).isEqualTo(other.oci());
    assertThat(image.root().resolve("opt/tidemill/tidemill.aot")).isRegularFile();
    final String version = image.run(List.of("version"));
    assertThat(version).contains("Linux aarch64").doesNotContainIgnoringCase("warning");
    final String tidemill = Path.of("..", "tidemill").toAbsolutePath().normalize().toString();
    final List<String> here = new ArrayList<>(List.of(tidemill));
    here.addAll(NODE);
    here.addAll(List.of("--data-dir", folder.resolve("here").toString()));
    final Process local = start(here);
    final Process emulated = start(image.command(NODE));
    try {
      final String said =
          Tool.run(
              folder,
              List.of(
                  tidemill,
                  "consensus",
                  "--node",
                  "127.0.0.1:" + port(local),
                  "--node",
                  "127.0.0.1:" + port(emulated),
                  "--waves",
                  "10"));
      assertThat(said).contains("all 2 nodes are at wave 10");
    } finally {
      local.destroy();
      emulated.destroy();
    }
  }

  private Process start(List<String> command) throws IOException {
    final Path log = Files.createTempFile(folder, "node", ".log");
    return new ProcessBuilder(command).redirectError(log.toFile()).start();
  }

  /** The gRPC port of a node, when it is ready. */
  private static int port(Process node) throws IOException {
    final BufferedReader output = node.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      final JsonNode said = line.startsWith("{") ? MAPPER.readTree(line) : MAPPER.nullNode();
      if (said.has("grpc_port")) {
        return said.get("grpc_port").asInt();
      }
    }
    throw new IOException("the node ended before it was ready");
  }
}
