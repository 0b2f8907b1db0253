package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the functions of contracts cost since the chain was started, by the gas of the transactions
 * that called them. Safe for use by many threads.
 */
final class GasReport {
  /** Functions that are told apart; more are not counted. */
  private static final int MAX_FUNCTIONS = 10_000;

  /** The transactions of one function. */
  private static final class Line {
    private long calls;
    private long failed;
    private long least = Long.MAX_VALUE;
    private long most;
    private long sum;
  }

  private final Map<String, Line> lines = new TreeMap<>();

  /** A transaction called {@code function}, the name of a contract and of a function of it. */
  synchronized void add(String function, boolean succeeded, long gas) {
    final Line known = lines.get(function);
    final Line line = known == null ? new Line() : known;
    if (known == null) {
      if (lines.size() == MAX_FUNCTIONS) {
        return;
      }
      lines.put(function, line);
    }
    line.calls++;
    line.failed += succeeded ? 0 : 1;
    line.least = Math.min(line.least, gas);
    line.most = Math.max(line.most, gas);
    line.sum += gas;
  }

  /** All lines by name; {@code clear} begins anew. */
  synchronized ArrayNode view(boolean clear) {
    final ArrayNode view = JsonNodeFactory.instance.arrayNode();
    lines.forEach(
        (function, line) ->
            view.addObject()
                .put("function", function)
                .put("calls", line.calls)
                .put("failed", line.failed)
                .put("gas_least", line.least)
                .put("gas_mean", line.sum / line.calls)
                .put("gas_most", line.most));
    if (clear) {
      lines.clear();
    }
    return view;
  }
}
