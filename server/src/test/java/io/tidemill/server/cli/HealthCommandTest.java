package io.tidemill.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.server.testing.DevNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HealthCommandTest {
  private final StringWriter out = new StringWriter();

  private int run(String... words) {
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(out, true));
    return line.execute(words);
  }

  @Test
  void shouldSayThatANodeIsReadyAndThatAStoppedOneIsNot() {
    final String url;
    try (DevNode dev = new DevNode()) {
      url = "http://127.0.0.1:" + dev.node.httpPort();
      assertThat(run("health", "--url", url)).as("%s", out).isZero();
      assertThat(out.toString().strip()).isEqualTo("serving");
    }
    assertThat(run("health", "--url", url, "--json")).isEqualTo(1);
    assertThat(out.toString()).contains("\"ready\":false").contains("unreachable");
  }

  @Test
  void shouldCallAWrongAddressAUsageError() {
    assertThat(run("health", "--url", "not an address")).isEqualTo(2);
  }
}
