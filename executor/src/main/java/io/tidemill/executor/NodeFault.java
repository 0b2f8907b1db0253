package io.tidemill.executor;

/**
 * This node cannot know the answer: I/O error, exhausted memory, a broken invariant. Never a
 * receipt and never a root: the wave is abandoned and health turns red. Source: decisions O1.
 */
public final class NodeFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Characters of a report that the message says: it travels in the headers of an answer. */
  private static final int MAX_SAID = 1_200;

  private final String report;

  public NodeFault(String message) {
    super(message);
    this.report = "";
  }

  public NodeFault(String message, Throwable cause) {
    super(message, cause);
    this.report = "";
  }

  private NodeFault(String message, String report) {
    super(message);
    this.report = report;
  }

  /**
   * Two executors have different results for {@code wave}.
   *
   * @param report every difference, one a line; the message says the first ones
   */
  static NodeFault disagreement(long wave, String report) {
    int end = 0;
    for (int next = nextLine(report, 0); next > end; next = nextLine(report, end)) {
      if (next > MAX_SAID) {
        break;
      }
      end = next;
    }
    return new NodeFault(
        "wave "
            + wave
            + ": two executors disagree\n"
            + report.substring(0, end)
            + (end < report.length() ? "... (the log has the rest)" : ""),
        report);
  }

  private static int nextLine(String report, int from) {
    return report.indexOf('\n', from) + 1;
  }

  /** How two executors differ, receipts first; empty for every other fault. */
  public String report() {
    return report;
  }
}
