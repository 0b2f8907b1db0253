package io.tidemill.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.client.json.Json;
import io.tidemill.server.Tidemill;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The demonstration as a stranger runs it: two lives of a node in processes of their own. */
class DemoTest {
  @Test
  void shouldEndWithTheSameRootAndTheSumOfTheTransfers() {
    StringWriter out = new StringWriter();
    CommandLine line = Tidemill.commandLine().setOut(new PrintWriter(out, true));
    int code = line.execute("demo", "--json", "--waves", "2", "--transfers", "40");
    List<String> steps = out.toString().lines().toList();
    assertThat(code).as(out.toString()).isZero();
    Map<?, ?> last = (Map<?, ?>) Json.parse(steps.getLast());
    assertThat(last.get("ok")).isEqualTo(true);
    assertThat((String) last.get("root_before")).hasSize(64).isEqualTo(last.get("root_after"));
    // Amounts are 10 * wave + i for i below 40 in waves 1 and 2.
    assertThat(last.get("token_balance")).isEqualTo("2760").isEqualTo(last.get("sum_of_transfers"));
    Map<?, ?> wave = (Map<?, ?>) Json.parse(steps.get(2));
    assertThat(wave.get("step")).isEqualTo("wave");
    assertThat(wave.get("succeeded")).isEqualTo(new BigDecimal(80));
    assertThat(wave.get("root")).isNotEqualTo(last.get("root_before"));
  }

  @Test
  void shouldRefuseSizesThatMakeNoSense() {
    CommandLine line = Tidemill.commandLine().setErr(new PrintWriter(new StringWriter()));
    assertThat(line.execute("demo", "--waves", "0")).isEqualTo(2);
    assertThat(line.execute("demo", "--no-such-option")).isEqualTo(2);
    assertThat(line.execute("no-such-command")).isEqualTo(2);
  }
}
