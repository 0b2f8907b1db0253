package io.tidemill.client.consensus;

import io.tidemill.client.NodeException;
import io.tidemill.client.U128;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.json.Json;
import io.tidemill.v1.GetInfoResponse;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the run says as it goes: lines for a person, or one JSON object per event.
 *
 * <p>Threads: safe for use by many; lines are whole.
 */
final class Report {
  private final PrintWriter out;
  private final boolean json;

  Report(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void handshake(String node, GetInfoResponse info, long next) {
    String root = Comparison.hex(info.getHead().getRoot().getBlake3());
    say(
        String.format(
            "%s: %s, chain %d, head is wave %d, wave %d is next",
            node, info.getVersion(), info.getChainId(), info.getHead().getWave(), next),
        "handshake",
        "node",
        node,
        "chain_id",
        info.getChainId(),
        "head",
        info.getHead().getWave(),
        "root",
        root,
        "next",
        next,
        "instance",
        info.getInstanceId());
  }

  void replay(String node, long from, long to) {
    say(
        String.format("%s: lacks waves %d to %d: replaying them", node, from, to),
        "replay",
        "node",
        node,
        "from",
        from,
        "to",
        to);
  }

  void resend(String node, long wave, NodeException cause) {
    say(
        String.format("%s: wave %d is sent again: %s", node, wave, cause.getMessage()),
        "resend",
        "node",
        node,
        "wave",
        wave,
        "reason",
        cause.reason());
  }

  void away(String node, NodeException cause) {
    say(
        String.format("%s: away (%s), trying again", node, cause.getMessage()),
        "away",
        "node",
        node,
        "reason",
        cause.reason());
  }

  void agreed(WaveOutcome outcome, int nodes) {
    long wave = outcome.summary().getWave();
    String gas = U128.fromWire(outcome.summary().getTotals().getGasUsed()).toString();
    String root = Comparison.hex(outcome.root());
    say(
        String.format(
            "wave %d: %d transactions, gas %s, root %s, said by %d",
            wave, outcome.summary().getTransactions(), gas, root, nodes),
        "wave",
        "wave",
        wave,
        "transactions",
        outcome.summary().getTransactions(),
        "gas_used",
        gas,
        "root",
        root,
        "nodes",
        nodes);
  }

  void result(
      boolean ok, String text, long wave, @Nullable String root, @Nullable Disagreement found) {
    Map<String, @Nullable Object> difference = null;
    if (found != null) {
      difference = new LinkedHashMap<>();
      difference.put("wave", found.wave());
      difference.put("where", found.where());
      difference.put("first", Map.of("node", found.first(), "value", found.firstValue()));
      difference.put("second", Map.of("node", found.second(), "value", found.secondValue()));
    }
    say(
        text,
        "result",
        "ok",
        ok,
        "message",
        text,
        "wave",
        wave,
        "root",
        root,
        "disagreement",
        difference);
  }

  private void say(String text, String event, @Nullable Object... namesAndValues) {
    String line = text;
    if (json) {
      Map<String, @Nullable Object> facts = new LinkedHashMap<>();
      facts.put("event", event);
      for (int i = 0; i < namesAndValues.length; i += 2) {
        facts.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
      }
      line = Json.write(facts);
    }
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }
}
