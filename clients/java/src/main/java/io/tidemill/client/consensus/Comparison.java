package io.tidemill.client.consensus;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.proof.WaveDigests;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.WaveSummary;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the first thing in which two answers to one wave differ: receipts in order, then the
 * state changes in order, then the totals, then the root. What comes first explains what follows.
 */
final class Comparison {
  private static final String ABSENT = "(absent)";

  /** A difference, and what both sides have there. */
  record Difference(String where, String first, String second) {}

  private Comparison() {}

  /** The first difference, or null when there is none. */
  static @Nullable Difference first(WaveOutcome a, WaveOutcome b) {
    Difference found = list("receipt", a.receipts(), b.receipts());
    if (found == null) {
      found = changes(a.stateDiff(), b.stateDiff());
    }
    if (found == null) {
      // The root last: alone it says that the trees differ, or that somebody lies.
      found = message("result", rootless(a.summary()), rootless(b.summary()));
    }
    if (found == null && !a.root().equals(b.root())) {
      String what = "the root; all receipts and all state changes are the same";
      found = new Difference(what, hex(a.root()), hex(b.root()));
    }
    return found;
  }

  /**
   * What is wrong with an answer by itself, or null: its receipts must be those that its summary
   * has digested.
   */
  static @Nullable Difference within(WaveOutcome outcome) {
    if (WaveDigests.match(outcome.summary(), outcome.receipts())) {
      return null;
    }
    return new Difference(
        "the receipts digest of its own receipts",
        hex(outcome.summary().getReceiptsDigest()),
        HexFormat.of().formatHex(WaveDigests.receiptsDigest(outcome.receipts())));
  }

  private static WaveSummary rootless(WaveSummary summary) {
    // The record repeats the root.
    return summary.toBuilder().clearRoot().clearRecord().build();
  }

  private static @Nullable Difference changes(List<StateChange> a, List<StateChange> b) {
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      StateChange one = i < a.size() ? a.get(i) : null;
      StateChange other = i < b.size() ? b.get(i) : null;
      if (one == null || !one.equals(other)) {
        String key = hex(one == null ? b.get(i).getKey() : one.getKey());
        return new Difference("state change " + i + ", key " + key, value(one), value(other));
      }
    }
    return null;
  }

  private static String value(@Nullable StateChange change) {
    if (change == null) {
      return "(no such change)";
    }
    return hex(change.getKey()) + " = " + (change.hasValue() ? hex(change.getValue()) : ABSENT);
  }

  private static @Nullable Difference list(
      String name, List<? extends Message> a, List<? extends Message> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      Difference found = message(name + " " + i, a.get(i), b.get(i));
      if (found != null) {
        return found;
      }
    }
    return a.size() == b.size()
        ? null
        : new Difference("the number of " + name + "s", "" + a.size(), "" + b.size());
  }

  /** The first field that differs, in the order of the protocol. */
  private static @Nullable Difference message(String where, Message a, Message b) {
    if (a.equals(b)) {
      return null;
    }
    for (FieldDescriptor field : a.getDescriptorForType().getFields()) {
      Object one = a.getField(field);
      Object other = b.getField(field);
      if (!one.equals(other)) {
        return field(where + ", " + field.getName(), one, other);
      }
    }
    return new Difference(where, "unknown fields", "unknown fields");
  }

  private static @Nullable Difference field(String where, Object a, Object b) {
    if (a instanceof Message one && b instanceof Message other) {
      return message(where, one, other);
    }
    if (a instanceof List<?> one
        && b instanceof List<?> other
        && !one.isEmpty()
        && one.getFirst() instanceof Message) {
      return list(where, messages(one), messages(other));
    }
    return new Difference(where, text(a), text(b));
  }

  private static List<Message> messages(List<?> list) {
    return list.stream().map(Message.class::cast).toList();
  }

  private static String text(Object value) {
    return value instanceof ByteString bytes ? hex(bytes) : value.toString();
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
