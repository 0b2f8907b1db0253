package io.tidemill.server.author;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestResult.CallReport;
import io.tidemill.server.author.TestResult.Failure;
import io.tidemill.server.author.TestResult.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * Prints the results of tests, for a person or as one JSON object per line. Source:
 * manifest-and-tests 2.15.
 */
public final class TestReport {
  private static final String GREEN = "\033[32m";
  private static final String RED = "\033[31m";
  private static final String YELLOW = "\033[33m";
  private static final String RESET = "\033[0m";

  private final PrintWriter out;
  private final boolean json;
  private final boolean color;
  private final int verbosity;
  private int passed;
  private int failed;
  private int skipped;

  /**
   * Prints to {@code out}.
   *
   * @param verbosity 1 fuel of each test, 2 calls with events and logs, 3 frames and state access,
   *     4 what changed
   */
  public TestReport(PrintWriter out, boolean json, boolean color, int verbosity) {
    this.out = out;
    this.json = json;
    this.color = color;
    this.verbosity = verbosity;
  }

  private String paint(String color, String text) {
    return this.color ? color + text + RESET : text;
  }

  private void line(ObjectNode node) {
    out.println(node);
    out.flush();
  }

  private static ObjectNode event(String name) {
    return JsonNodeFactory.instance.objectNode().put("event", name);
  }

  /** A suite begins. */
  public void begin(TestSuite suite) {
    for (String warning : suite.warnings()) {
      if (json) {
        line(event("warning").put("file", suite.file()).put("text", warning));
      } else {
        out.println(paint(YELLOW, "warning: ") + warning);
      }
    }
    if (json) {
      line(event("test_suite_start").put("file", suite.file()).put("total", suite.cases().size()));
    } else {
      out.printf("Running %d tests in %s%n", suite.cases().size(), suite.file());
      out.flush();
    }
  }

  /** What would run: addresses, slots and calldata. */
  public void plan(TestSuite suite) {
    for (TestSuite.Case test : suite.cases()) {
      out.println(test.name());
      for (TestSuite.Deployed contract : test.setup().contracts()) {
        out.println("  contract " + contract.name() + " 0x" + contract.address());
      }
      test.setup()
          .slots()
          .forEach(
              (contract, slots) ->
                  slots.forEach(
                      (slot, value) ->
                          out.println(
                              "  slot 0x" + slot.toHex() + " = " + ValuePrinter.hex(value))));
      for (TestSuite.Call call : test.calls()) {
        out.println(
            "  call "
                + call.function()
                + " from 0x"
                + call.from()
                + " to 0x"
                + call.target()
                + " calldata "
                + ValuePrinter.hex(call.calldata()));
      }
    }
    out.flush();
  }

  /** A test is over. */
  public void add(TestResult result) {
    switch (result.verdict()) {
      case PASSED -> passed++;
      case FAILED -> failed++;
      case SKIPPED -> skipped++;
    }
    if (json) {
      addJson(result);
    } else if (result.verdict() != Verdict.SKIPPED) {
      addText(result);
    }
  }

  private void addText(TestResult result) {
    final boolean ok = result.verdict() == Verdict.PASSED;
    out.printf(
        Locale.ROOT,
        "  %s %s (%.1f ms%s)%n",
        ok ? paint(GREEN, "\u2713") : paint(RED, "\u2717"),
        result.name(),
        result.nanos() / 1e6,
        verbosity > 0 ? ", fuel " + result.fuel() : "");
    for (Failure failure : result.failures()) {
      out.println("      " + paint(RED, failure.toString()));
    }
    if (verbosity > 1) {
      for (CallReport call : result.calls()) {
        out.printf(
            "      call[%d] %s: %s, fuel %d (gas %d)%n",
            call.index(), call.function(), call.outcome(), call.fuel(), call.fuel() + 21_000);
        for (String event : call.events()) {
          out.println("        event " + event);
        }
        for (String log : call.logs()) {
          out.println("        [debug] " + call.function() + ": " + log);
        }
        for (String line : verbosity > 2 ? call.trace() : List.<String>of()) {
          if (verbosity > 3 || !line.startsWith("state ")) {
            out.println("        " + line);
          }
        }
      }
    }
    out.flush();
  }

  private void addJson(TestResult result) {
    if (result.verdict() == Verdict.SKIPPED) {
      return;
    }
    line(event("test_start").put("name", result.name()));
    final boolean ok = result.verdict() == Verdict.PASSED;
    final ObjectNode node =
        event(ok ? "test_pass" : "test_fail")
            .put("name", result.name())
            .put("duration_ms", result.nanos() / 1_000_000)
            .put("gas_used", result.fuel());
    if (!result.failures().isEmpty()) {
      final Failure first = result.failures().getFirst();
      node.put("reason", first.toString());
      node.put("call", first.call());
      node.put("expected", first.expected());
      node.put("actual", first.actual());
    }
    line(node);
  }

  /** All suites are over. Says whether nothing failed. */
  public boolean end() {
    if (json) {
      line(
          event("test_suite_done")
              .put("passed", passed)
              .put("failed", failed)
              .put("skipped", skipped));
    } else {
      out.printf(
          "test result: %s. %d passed, %d failed%s%n",
          failed == 0 ? paint(GREEN, "ok") : paint(RED, "FAILED"),
          passed,
          failed,
          skipped == 0 ? "" : ", " + skipped + " skipped");
      out.flush();
    }
    return failed == 0;
  }
}
