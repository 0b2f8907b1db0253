package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.simulate.Failures;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The call tree of a trace as lines of text. */
final class TraceText {
  private static final int MAX_LINES = 2_000;

  /** Characters of a value. */
  private static final int MAX_VALUE = 74;

  private final Contracts contracts;
  private final List<String> lines = new ArrayList<>();

  private TraceText(Contracts contracts) {
    this.contracts = contracts;
  }

  /** The lines of {@code call}, a call result with its trace. */
  static List<String> of(Contracts contracts, JsonNode call) {
    final TraceText text = new TraceText(contracts);
    if (call.hasNonNull("trace")) {
      text.frame(call.get("trace"), "");
    }
    for (JsonNode change : call.path("state_diff")) {
      text.line(text.change(change.path("key").asText(), change.path("value").asText("deleted")));
    }
    return text.lines;
  }

  /** A line of the state diff: accounts in words, everything else by its raw key. */
  private String change(String key, String value) {
    if (value.startsWith("0x") && StateKeys.isAccount(new StateKey(Hash32.fromHex(key)))) {
      final Account account = AccountCodec.decode(bytes(value));
      return "state account "
          + contracts.label(account.address())
          + ": balance "
          + account.balance()
          + ", nonce "
          + Long.toUnsignedString(account.nonce().base());
    }
    return "state " + key + " = " + shortened(value);
  }

  /** The value, as a number too where it has the width of one. */
  private static String shortened(String value) {
    final int bytes = (value.length() - 2) / 2;
    if (value.startsWith("0x") && bytes <= 16 && Integer.bitCount(bytes) == 1) {
      final byte[] number = bytes(value);
      for (int i = 0; i < bytes / 2; i++) {
        final byte low = number[i];
        number[i] = number[bytes - 1 - i];
        number[bytes - 1 - i] = low;
      }
      return value + " (" + new BigInteger(1, number) + ")";
    }
    return value.length() <= MAX_VALUE
        ? value
        : value.substring(0, MAX_VALUE) + ".. (" + (value.length() - 2) / 2 + " bytes)";
  }

  private void frame(JsonNode frame, String indent) {
    final Address self = address(frame.path("contract").asText());
    final ContractInterface contract = contracts.at(self);
    final byte[] calldata = bytes(frame.path("calldata").asText("0x"));
    final String function = frame.path("function").asText();
    final String call =
        contract == null
            ? function + "(" + calldata.length + " bytes)"
            : contracts.labelled(contract.call(function, calldata));
    line(
        indent
            + frame.path("kind").asText()
            + " "
            + contracts.label(self)
            + "."
            + call
            + "  fuel "
            + frame.path("fuel_used").asText()
            + " (own "
            + frame.path("own_fuel").asText()
            + ")");
    String last = "";
    int times = 0;
    for (JsonNode step : frame.path("steps")) {
      final String text = step(step);
      if (!text.isEmpty() && text.equals(last)) {
        times++;
        continue;
      }
      flush(indent, last, times);
      last = text;
      times = 1;
      if (step.has("call")) {
        frame(step.get("call"), indent + "  ");
      }
    }
    flush(indent, last, times);
    end(frame, indent, contract, function);
  }

  private void end(
      JsonNode frame, String indent, @Nullable ContractInterface contract, String function) {
    final String end = frame.path("end").asText();
    final byte[] data = bytes(frame.path("return_data").asText("0x"));
    if (end.equals("success")) {
      final String result = contract == null ? "" : contract.result(function, data);
      line(indent + "  -> " + (result.isEmpty() ? "done" : contracts.labelled(result)));
    } else {
      final String reason = Failures.text(data);
      line(indent + "  !! " + end + (reason.isEmpty() ? "" : ": " + reason));
      for (JsonNode site : frame.path("backtrace")) {
        line(indent + "     at " + place(site));
      }
    }
  }

  /** A function by the module's name section, with the offset in its code. */
  private static String place(JsonNode site) {
    final String name = site.path("function_name").asText();
    return (name.isEmpty() ? "function " + site.path("function_index").asText() : name)
        + " +"
        + site.path("code_offset").asText();
  }

  private String step(JsonNode step) {
    if (step.has("debug_log")) {
      return "log " + step.get("debug_log").asText();
    }
    if (step.has("host_call")) {
      return step.get("host_call").asText();
    }
    if (step.has("event")) {
      final JsonNode event = step.get("event");
      final List<Hash32> topics = new ArrayList<>();
      event.path("topics").forEach(topic -> topics.add(Hash32.fromHex(topic.asText())));
      return "event "
          + contracts.labelled(
              contracts.event(
                  address(event.path("contract").asText()),
                  topics,
                  bytes(event.path("data").asText("0x"))));
    }
    if (step.has("read")) {
      return "read slot " + step.get("read").asText() + value(" = ", step.path("before"));
    }
    return step.has("write")
        ? "write slot "
            + step.get("write").asText()
            + value(" = ", step.path("before"))
            + value(" -> ", step.path("after"))
        : "";
  }

  private static String value(String before, JsonNode value) {
    return value.isTextual() ? before + shortened(value.asText()) : "";
  }

  private void flush(String indent, String text, int times) {
    if (!text.isEmpty()) {
      line(indent + "  " + text + (times > 1 ? " x" + times : ""));
    }
  }

  private void line(String text) {
    if (lines.size() < MAX_LINES) {
      lines.add(text);
    } else if (lines.size() == MAX_LINES) {
      lines.add("... more than " + MAX_LINES + " lines");
    }
  }

  private static Address address(String hex) {
    return new Address(Hash32.fromHex(hex));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.substring(2));
  }
}
