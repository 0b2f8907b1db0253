package io.tidemill.server.demo;

import com.google.protobuf.ByteString;
import io.tidemill.client.U128;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.json.Json;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.StateChange;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the demonstration shows: text for a person, or one JSON object per step on standard output;
 * progress goes to the terminal and leaves no trace.
 */
final class Report {
  private static final int SAMPLES = 3;
  private static final int BAR = 30;

  private final PrintWriter out;
  private final @Nullable PrintWriter terminal;
  private final boolean json;

  /**
   * A report to {@code out}.
   *
   * @param terminal where progress may be drawn, or null
   */
  Report(PrintWriter out, @Nullable PrintWriter terminal, boolean json) {
    this.out = out;
    this.terminal = terminal;
    this.json = json;
  }

  /** A step with its facts, in order. */
  void step(String name, String text, Map<String, @Nullable Object> facts) {
    clear();
    if (json) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      all.put("step", name);
      all.putAll(facts);
      out.println(Json.write(all));
    } else {
      out.println(text);
    }
    out.flush();
  }

  /** How far something is. */
  void progress(String label, int done, int total) {
    if (terminal != null) {
      int filled = total == 0 ? BAR : BAR * done / total;
      terminal.print(
          "\r\u001b[K"
              + label
              + " ["
              + "#".repeat(filled)
              + ".".repeat(BAR - filled)
              + "] "
              + done
              + "/"
              + total);
      terminal.flush();
    }
  }

  /** A committed wave: totals, a few receipts, a few changed keys, the root. */
  void wave(String what, WaveOutcome outcome) {
    int succeeded = 0;
    for (Receipt receipt : outcome.receipts()) {
      succeeded += receipt.getStatus() == ReceiptStatus.RECEIPT_STATUS_SUCCESS ? 1 : 0;
    }
    long wave = outcome.summary().getWave();
    String fuel = U128.fromWire(outcome.summary().getTotals().getGasUsed()).toString();
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("wave", wave);
    facts.put("what", what);
    facts.put("transactions", outcome.receipts().size());
    facts.put("succeeded", succeeded);
    facts.put("events", outcome.summary().getEventsCount());
    facts.put("fuel", fuel);
    facts.put("changed_keys", outcome.stateDiff().size());
    facts.put("root", hex(outcome.root()));
    StringBuilder text = new StringBuilder();
    text.append("wave ").append(wave).append(": ").append(what).append('\n');
    text.append("  ").append(succeeded).append(" of ").append(outcome.receipts().size());
    text.append(" succeeded, ").append(outcome.summary().getEventsCount()).append(" events, ");
    text.append(fuel).append(" fuel\n");
    receipts(outcome, text);
    diff(outcome, text);
    text.append("  root ").append(hex(outcome.root()));
    step("wave", text.toString(), facts);
  }

  private static void receipts(WaveOutcome outcome, StringBuilder text) {
    int shown = 0;
    for (Receipt receipt : outcome.receipts()) {
      if (shown++ == SAMPLES) {
        text.append("    ... ").append(outcome.receipts().size() - SAMPLES).append(" more\n");
        return;
      }
      text.append("    receipt ").append(receipt.getTransactionIndex()).append("  ");
      text.append(hex(receipt.getTransactionHash()), 0, 16).append("..  ");
      text.append(word(receipt)).append("  gas ").append(receipt.getGasUsed());
      if (receipt.getEventsCount() > 0) {
        text.append("  events ").append(receipt.getEventsCount());
      }
      text.append('\n');
    }
  }

  private static void diff(WaveOutcome outcome, StringBuilder text) {
    text.append("  ").append(outcome.stateDiff().size()).append(" keys changed\n");
    int shown = 0;
    for (StateChange change : outcome.stateDiff()) {
      if (shown++ == SAMPLES) {
        return;
      }
      text.append("    ").append(hex(change.getKey()), 0, 16).append("..  ");
      text.append(change.hasValue() ? change.getValue().size() + " bytes" : "deleted").append('\n');
    }
  }

  /** What became of a transaction, without the enum's prefix. */
  static String word(Receipt receipt) {
    String status = receipt.getStatus().name().substring("RECEIPT_STATUS_".length());
    return receipt.getStatus() == ReceiptStatus.RECEIPT_STATUS_SUCCESS
        ? status
        : status + " " + receipt.getCode().name().substring("RECEIPT_CODE_".length());
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private void clear() {
    if (terminal != null) {
      terminal.print("\r\u001b[K");
      terminal.flush();
    }
  }
}
