package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What contracts told their author with {@code debug_log}, by transaction; the newest thousand.
 * Safe for use by many threads.
 */
final class DebugMessages {
  private static final int KEPT = 1_000;

  private final Map<Hash32, List<String>> messages = new LinkedHashMap<>();

  /** Takes the messages of a trace. */
  synchronized List<String> keep(Contracts contracts, Hash32 transaction, JsonNode call) {
    final List<String> found = new ArrayList<>();
    collect(contracts, call.path("trace"), found);
    messages.put(transaction, List.copyOf(found));
    if (messages.size() > KEPT) {
      messages.remove(messages.keySet().iterator().next());
    }
    return found;
  }

  /** What the contracts of {@code transaction} said, in order. */
  synchronized List<String> of(Hash32 transaction) {
    return messages.getOrDefault(transaction, List.of());
  }

  private static void collect(Contracts contracts, JsonNode frame, List<String> found) {
    for (JsonNode step : frame.path("steps")) {
      if (step.has("debug_log")) {
        final Address self = new Address(Hash32.fromHex(frame.path("contract").asText()));
        found.add(contracts.label(self) + ": " + step.get("debug_log").asText());
      } else if (step.has("call")) {
        collect(contracts, step.get("call"), found);
      }
    }
  }
}
