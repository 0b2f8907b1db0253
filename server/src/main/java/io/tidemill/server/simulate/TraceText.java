package io.tidemill.server.simulate;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.errors.ErrorCatalogue;
import io.tidemill.state.StateDelta;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call tree as lines of text: a line per call, under it in order what it did, and how it ended;
 * then the state diff.
 */
public final class TraceText {
  private static final int MAX_LINES = 2_000;

  /** Bytes of a value that are shown. */
  private static final int MAX_VALUE = 64;

  private final Function<Address, String> names;
  private final List<String> lines = new ArrayList<>();

  private TraceText(Function<Address, String> names) {
    this.names = names;
  }

  /** The lines of a whole transaction, with addresses in full; no frame when no contract ran. */
  static List<String> of(@Nullable Frame root, @Nullable StateDelta diff) {
    final TraceText text = new TraceText(address -> "0x" + address);
    if (root != null) {
      text.frame(root, "");
    }
    if (diff != null) {
      for (StateDelta.Entry entry : diff) {
        text.line(text.change(entry));
      }
    }
    return text.lines;
  }

  /** The lines of {@code root}; {@code names} are what contracts are called. */
  public static List<String> of(Frame root, Function<Address, String> names) {
    final TraceText text = new TraceText(names);
    text.frame(root, "");
    return text.lines;
  }

  /** {@code lines} where one that comes many times in a row stands once, with how often. */
  public static List<String> folded(List<String> lines) {
    final List<String> folded = new ArrayList<>();
    for (int i = 0, end = 0; i < lines.size(); i = end) {
      while (end < lines.size() && lines.get(end).equals(lines.get(i))) {
        end++;
      }
      folded.add(lines.get(i) + (end - i > 1 ? " x" + (end - i) : ""));
    }
    return folded;
  }

  /**
   * Whether the long numbers of a line are slots, keys or values, not the addresses of accounts.
   */
  public static boolean isAboutSlots(String line) {
    final String text = line.stripLeading();
    return text.startsWith("read slot ")
        || text.startsWith("write slot ")
        || text.startsWith("state 0x");
  }

  private String change(StateDelta.Entry entry) {
    final byte[] value = entry.value();
    if (value != null && StateKeys.isAccount(entry.key())) {
      final Account account = AccountCodec.decode(value);
      return "state account "
          + names.apply(account.address())
          + ": balance "
          + account.balance()
          + ", nonce "
          + Long.toUnsignedString(account.nonce().base());
    }
    return "state 0x" + entry.key() + " = " + shown(value);
  }

  private void frame(Frame frame, String indent) {
    final String call =
        frame.decodedCall().isEmpty()
            ? frame.function() + "(" + frame.calldata().length + " bytes)"
            : frame.decodedCall();
    line(
        indent
            + frame.kind().name().toLowerCase(Locale.ROOT)
            + " "
            + names.apply(frame.self())
            + "."
            + call
            + (frame.value().isZero() ? "" : " with " + frame.value())
            + "  fuel "
            + frame.fuelUsed()
            + " (own "
            + frame.ownFuel()
            + ")");
    String last = "";
    int times = 0;
    for (Frame.Step step : frame.steps()) {
      final String text = step(step);
      if (!text.isEmpty() && text.equals(last)) {
        times++;
        continue;
      }
      flush(indent, last, times);
      last = text;
      times = 1;
      if (step instanceof Frame.Inner(Frame inner)) {
        frame(inner, indent + "  ");
      }
    }
    flush(indent, last, times);
    end(frame, indent + "  ");
  }

  private void end(Frame frame, String indent) {
    if (frame.succeeded()) {
      final String result =
          frame.decodedResult().isEmpty() && frame.returnData().length > 0
              ? shown(frame.returnData())
              : frame.decodedResult();
      line(indent + "-> " + (result.isEmpty() ? "done" : result));
      return;
    }
    final String reason = frame.revertReason();
    final String name =
        frame.end() == null
            ? "did not end"
            : ErrorCatalogue.get()
                .receiptCodeName(frame.code())
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    line(indent + "!! " + name + (reason.isEmpty() ? "" : ": " + reason));
    for (String place : folded(frame.backtrace().stream().map(Frame.Site::text).toList())) {
      line(indent + "   at " + place);
    }
  }

  private static String step(Frame.Step step) {
    return switch (step) {
      case Frame.HostCall call -> call.function();
      case Frame.Logged(String text) -> "log " + text;
      case Frame.Said said -> "event " + said.shown();
      case Frame.Slot slot when slot.write() ->
          "write slot 0x"
              + slot.slot()
              + (slot.before() == null ? "" : " = " + shown(slot.before()))
              + " -> "
              + shown(slot.after());
      case Frame.Slot slot -> "read slot 0x" + slot.slot() + " = " + shown(slot.before());
      case Frame.Inner _ -> "";
    };
  }

  /** A value, as a number too where it has the width of one. */
  private static String shown(byte @Nullable [] value) {
    if (value == null) {
      return "nothing";
    }
    if (value.length > MAX_VALUE) {
      final byte[] start = Arrays.copyOf(value, MAX_VALUE);
      return ValuePrinter.hex(start) + ".. (" + value.length + " bytes)";
    }
    if (value.length > 16 || Integer.bitCount(value.length) != 1) {
      return ValuePrinter.hex(value);
    }
    final byte[] number = new byte[value.length];
    for (int i = 0; i < value.length; i++) {
      number[i] = value[value.length - 1 - i];
    }
    return ValuePrinter.hex(value) + " (" + new BigInteger(1, number) + ")";
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
}
