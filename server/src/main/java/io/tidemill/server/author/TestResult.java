package io.tidemill.server.author;

import java.util.List;

/**
 * What running one test came to.
 *
 * @param fuel spent by all its calls, without intrinsic gas
 * @param failures empty when it passed
 * @param calls one line per call, for the curious
 */
public record TestResult(
    String name,
    Verdict verdict,
    long nanos,
    long fuel,
    List<Failure> failures,
    List<CallReport> calls) {
  /** What became of a test. */
  public enum Verdict {
    PASSED,
    FAILED,
    /** Not chosen by the filter. */
    SKIPPED
  }

  /**
   * One unmet expectation.
   *
   * @param call the position of the call, or -1 for the final expectations
   */
  public record Failure(int call, String function, String key, String expected, String actual) {
    @Override
    public String toString() {
      return (call < 0 ? "" : "call[" + call + "] " + function + ": ")
          + key
          + ": want "
          + expected
          + ", got "
          + actual;
    }
  }

  /** How one call went; {@code trace} has its frames, its state access and what it changed. */
  public record CallReport(
      int index,
      String function,
      String outcome,
      long fuel,
      List<String> events,
      List<String> logs,
      List<String> trace) {
    public CallReport {
      trace = List.copyOf(trace);
      events = List.copyOf(events);
      logs = List.copyOf(logs);
    }
  }

  public TestResult {
    failures = List.copyOf(failures);
    calls = List.copyOf(calls);
  }
}
