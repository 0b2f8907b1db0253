package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.simulate.TraceText;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the traces of transactions told that their receipts do not; the newest thousand. Safe for
 * use by many threads.
 */
final class TraceNotes {
  private static final int KEPT = 1_000;

  /**
   * What one trace told.
   *
   * @param logs what contracts told their author with {@code debug_log}, each with its name
   * @param backtrace where it failed, innermost first; empty on success
   */
  record Note(List<String> logs, List<String> backtrace) {
    static final Note NOTHING = new Note(List.of(), List.of());

    Note {
      logs = List.copyOf(logs);
      backtrace = List.copyOf(backtrace);
    }
  }

  private final Map<Hash32, Note> notes = new LinkedHashMap<>();

  /** Takes what {@code trace}, a call result, tells. */
  synchronized Note keep(Contracts contracts, Hash32 transaction, JsonNode trace) {
    final List<String> logs = new ArrayList<>();
    for (JsonNode message : trace.path("debug_messages")) {
      logs.add(name(contracts, message) + ": " + message.path("text").asText());
    }
    final List<String> places = new ArrayList<>();
    failure(contracts, trace.path("trace"), places);
    final Note note = new Note(logs, TraceText.folded(places));
    notes.put(transaction, note);
    if (notes.size() > KEPT) {
      notes.remove(notes.keySet().iterator().next());
    }
    return note;
  }

  /** What is known of {@code transaction}. */
  synchronized Note of(Hash32 transaction) {
    return notes.getOrDefault(transaction, Note.NOTHING);
  }

  /** The places where a frame failed, below them those of the call that it failed with. */
  private static void failure(Contracts contracts, JsonNode frame, List<String> places) {
    JsonNode cause = null;
    for (JsonNode step : frame.path("steps")) {
      cause = step.has("call") ? step.get("call") : cause;
    }
    if (cause != null
        && cause.has("backtrace")
        && cause.path("return_data").equals(frame.path("return_data"))) {
      failure(contracts, cause, places);
    }
    for (JsonNode site : frame.path("backtrace")) {
      places.add(
          place(
              name(contracts, site),
              site.path("function_name").asText(),
              site.path("function_index").asInt(),
              site.path("code_offset").asInt()));
    }
  }

  /** A place in the code of a contract; the function by its number when it has no name. */
  static String place(String contract, String function, int index, int offset) {
    return contract + "." + (function.isEmpty() ? "function " + index : function) + " +" + offset;
  }

  private static String name(Contracts contracts, JsonNode of) {
    return contracts.label(new Address(Hash32.fromHex(of.path("contract").asText())));
  }
}
