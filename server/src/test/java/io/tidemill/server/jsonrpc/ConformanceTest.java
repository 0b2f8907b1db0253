package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases of {@code openapi/conformance}: what a node of the built-in development chain at its
 * genesis answers, byte for byte. Anybody can send them to any node.
 */
class ConformanceTest {
  private static final Path CASES = Path.of("..", "openapi", "conformance");

  private static DevNode node;

  @BeforeAll
  static void open() {
    node = new DevNode();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.walk(CASES)) {
      return files.filter(file -> file.toString().endsWith(".io")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldAnswerAsTheCaseSays(Path file) throws IOException {
    final List<String> expected = Files.readAllLines(file);
    final List<String> actual = new ArrayList<>();
    for (String line : expected) {
      if (line.startsWith(">> ")) {
        actual.add(line);
        actual.add("<< " + Http.rpc(node.node.httpPort(), line.substring(3)).body());
      }
    }
    if (Boolean.getBoolean("tidemill.update")) {
      Files.write(file, actual);
    }
    assertThat(actual)
        .as(file + ": if the new answer is right, run this test with -Dtidemill.update=true")
        .isEqualTo(Files.readAllLines(file));
  }
}
