package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a real node. */
class WaveReplayTest {
  @TempDir private Path folder;

  private String replayOnAFreshNode(String name, Path file, String... options) {
    final StringWriter out = new StringWriter();
    try (TidemillNode node =
        TidemillNode.start(
            TestNode.config(Map.of(Setting.DATA_DIR, folder.resolve(name).toString())))) {
      final int code =
          Tidemill.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(out))
              .execute(
                  Stream.concat(
                          Stream.of(
                              "wave", "replay", file.toString(), "--port", "" + node.grpcPort()),
                          Stream.of(options))
                      .toArray(String[]::new));
      assertThat(code).as(out.toString()).isZero();
    }
    return out.toString();
  }

  @Test
  void shouldReplayAFileToTheSameRootsOnEveryFreshNode() {
    final Path file = folder.resolve("some.waves");
    final int code =
        Tidemill.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .execute(
                "wave",
                "generate",
                file.toString(),
                "--waves",
                "3",
                "--transactions",
                "40",
                "--unsigned");
    assertThat(code).isZero();
    final String first = replayOnAFreshNode("first", file, "--json");
    assertThat(first.lines()).hasSize(3);
    assertThat(first).contains("\"wave\":3,\"transactions\":40");
    assertThat(replayOnAFreshNode("second", file, "--json")).isEqualTo(first);
  }

  @Test
  void shouldExplainWhatTheWavesCost() {
    final Path file = folder.resolve("hot.waves");
    Tidemill.commandLine()
        .setOut(new PrintWriter(new StringWriter()))
        .execute(
            "wave",
            "generate",
            file.toString(),
            "--waves",
            "2",
            "--transactions",
            "30",
            "--unsigned");

    assertThat(replayOnAFreshNode("explained", file, "--explain"))
        .containsPattern("\\d+ workers, \\d+ attempts, \\d+ of them repeated")
        .containsPattern("longest expected chain \\d+; workers idle for [0-9.]+ ms");
    assertThat(replayOnAFreshNode("machine", file, "--explain", "--json").lines())
        .hasSize(2)
        .allMatch(line -> line.contains("\"attempts\":") && line.contains("\"aborts\":"))
        .allMatch(line -> line.contains("\"idle_nanos\":") && line.contains("\"conflicts\":{"));
  }
}
