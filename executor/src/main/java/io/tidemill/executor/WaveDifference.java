package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.hash.Blake3;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says how two results of one wave differ, for a person: receipts first, then events, fuel, state
 * diff, root and the rest. Stateless.
 */
public final class WaveDifference {
  /** A report is for a person; a wave that differs everywhere says so in this many lines. */
  private static final int MAX_LINES = 10_000;

  private static final int MAX_VALUE_BYTES = 64;

  private final StringBuilder text = new StringBuilder();
  private int lines;

  private WaveDifference() {}

  /** The report, one difference a line; empty when the results are the same to the last bit. */
  public static String report(WaveResult expected, WaveResult actual) {
    return report(expected, actual, null);
  }

  /** The same with both roots, where {@code base} is the state under the wave and has a tree. */
  static String report(WaveResult expected, WaveResult actual, @Nullable Snapshot base) {
    final WaveDifference difference = new WaveDifference();
    difference.receipts(expected.receipts(), actual.receipts());
    difference.compare("events root", expected.eventsRoot(), actual.eventsRoot());
    difference.compare("events count", expected.eventsCount(), actual.eventsCount());
    difference.bytes("events bloom", expected.eventsBloom(), actual.eventsBloom());
    difference.compare("totals", expected.totals(), actual.totals());
    final int before = difference.lines;
    difference.delta(expected.delta(), actual.delta());
    if (difference.lines > before && base != null) {
      difference.roots(base, expected.delta(), actual.delta());
    }
    difference.compare("staged code", codes(expected), codes(actual));
    difference.compare("messages", messages(expected), messages(actual));
    difference.compare("next base fee", expected.nextBaseFee(), actual.nextBaseFee());
    difference.compare("receipts digest", expected.receiptsDigest(), actual.receiptsDigest());
    difference.compare("content hash", expected.contentHash(), actual.contentHash());
    difference.compare("rules hash", expected.rulesHash(), actual.rulesHash());
    difference.compare("parent root", expected.parentRoot(), actual.parentRoot());
    return difference.text.toString();
  }

  private void receipts(List<Receipt> expected, List<Receipt> actual) {
    compare("number of receipts", expected.size(), actual.size());
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      final Receipt a = expected.get(i);
      final Receipt b = actual.get(i);
      if (Arrays.equals(ReceiptCodec.encode(a), ReceiptCodec.encode(b))) {
        continue;
      }
      final String at = "transaction " + i + " (" + a.transactionHash() + ") ";
      compare(at + "hash", a.transactionHash(), b.transactionHash());
      compare(at + "status", a.status(), b.status());
      compare(at + "code", a.code(), b.code());
      compare(at + "gas used", a.gasUsed(), b.gasUsed());
      compare(at + "fee paid", a.feePaid(), b.feePaid());
      compare(at + "fee payer", a.feePayer(), b.feePayer());
      compare(at + "nonce consumed", a.nonceConsumed(), b.nonceConsumed());
      bytes(at + "return data", a.returnData(), b.returnData());
      compare(at + "created", a.contract(), b.contract());
      compare(at + "number of events", a.events().size(), b.events().size());
      for (int e = 0; e < Math.min(a.events().size(), b.events().size()); e++) {
        compare(at + "event " + e + " contract", contract(a, e), contract(b, e));
        compare(at + "event " + e + " topics", topics(a, e), topics(b, e));
        bytes(at + "event " + e + " data", a.events().get(e).data(), b.events().get(e).data());
      }
    }
  }

  private static Object contract(Receipt receipt, int event) {
    return receipt.events().get(event).contract();
  }

  private static Object topics(Receipt receipt, int event) {
    return receipt.events().get(event).topics();
  }

  private void delta(StateDelta expected, StateDelta actual) {
    int a = 0;
    int b = 0;
    while (a < expected.size() || b < actual.size()) {
      final int order =
          a == expected.size()
              ? 1
              : b == actual.size() ? -1 : expected.get(a).key().compareTo(actual.get(b).key());
      if (order < 0) {
        line("state " + expected.get(a).key(), hex(expected.get(a++).value()), "not written");
      } else if (order > 0) {
        line("state " + actual.get(b).key(), "not written", hex(actual.get(b++).value()));
      } else {
        bytes("state " + expected.get(a).key(), expected.get(a++).value(), actual.get(b++).value());
      }
    }
  }

  /** Always said, however many lines there are already: it is what a validator signs. */
  private void roots(Snapshot base, StateDelta expected, StateDelta actual) {
    String mine;
    String theirs;
    try {
      theirs = String.valueOf(base.rootAfter(expected));
      mine = String.valueOf(base.rootAfter(actual));
    } catch (StateException e) {
      theirs = "unknown";
      mine = "unknown: " + e.getMessage();
    }
    append("root", theirs, mine);
  }

  private static List<String> codes(WaveResult result) {
    return result.codes().stream()
        .map(code -> code.codeHash() + " " + Blake3.hash(code.wasm()))
        .toList();
  }

  private static List<String> messages(WaveResult result) {
    return result.messages().stream()
        .map(
            message ->
                String.join(
                    " ",
                    "call " + Long.toUnsignedString(message.callId()),
                    "from " + message.sender(),
                    "to " + message.target(),
                    hex(message.payload()),
                    "callback " + hex(message.callback()),
                    "gas " + Long.toUnsignedString(message.maxCallbackGas()),
                    "within " + Long.toUnsignedString(message.timeoutWaves()) + " waves"))
        .toList();
  }

  private void compare(String what, @Nullable Object expected, @Nullable Object actual) {
    if (expected == null ? actual != null : !expected.equals(actual)) {
      line(what, String.valueOf(expected), String.valueOf(actual));
    }
  }

  private void bytes(String what, byte @Nullable [] expected, byte @Nullable [] actual) {
    if (!Arrays.equals(expected, actual)) {
      line(what, hex(expected), hex(actual));
    }
  }

  private void append(String what, String expected, String actual) {
    text.append(what)
        .append(": expected ")
        .append(expected)
        .append(", got ")
        .append(actual)
        .append('\n');
  }

  private void line(String what, String expected, String actual) {
    lines++;
    if (lines <= MAX_LINES) {
      append(what, expected, actual);
    } else if (lines == MAX_LINES + 1) {
      text.append("more differences are left out\n");
    }
  }

  private static String hex(byte @Nullable [] value) {
    if (value == null) {
      return "deleted";
    }
    final int shown = Math.min(value.length, MAX_VALUE_BYTES);
    return "0x"
        + HexFormat.of().formatHex(value, 0, shown)
        + (shown < value.length ? "... (" + value.length + " bytes)" : "");
  }
}
