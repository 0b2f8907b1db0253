package io.tidemill.server.cli;

import com.google.protobuf.ByteString;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.Conflict;
import io.tidemill.v1.WaveResult;
import io.tidemill.v1.WaveStatistics;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What it cost to execute a wave, for people and for scripts. Stateless. */
final class WaveExplanation {
  private static final int CONFLICTS_SHOWN = 5;
  private static final int PREFIX_BYTES = 16;

  private WaveExplanation() {}

  /** Indented lines; one line when the node did not say. */
  static String text(WaveResult result) {
    if (!result.hasStatistics()) {
      return "  the node does not know any more what this wave cost\n";
    }
    final WaveStatistics statistics = result.getStatistics();
    final StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "  %d workers, %d attempts, %d of them repeated; longest expected chain %d; workers"
                + " idle for %.3f ms%n",
            statistics.getWorkers(),
            statistics.getAttempts(),
            statistics.getAborts(),
            statistics.getDepth(),
            statistics.getIdleNanos() / 1e6));
    for (Conflict conflict :
        statistics.getConflictsList().stream().limit(CONFLICTS_SHOWN).toList()) {
      text.append("  read too early ")
          .append(conflict.getAborts())
          .append(" times: ")
          .append(meaning(conflict.getKey()))
          .append('\n');
    }
    final int more = statistics.getConflictsCount() - CONFLICTS_SHOWN;
    if (more > 0) {
      text.append("  and ").append(more).append(" more keys\n");
    }
    return text.toString();
  }

  /** The same as more fields of {@code line}; none when the node did not say. */
  static Json json(Json line, WaveResult result) {
    if (!result.hasStatistics()) {
      return line;
    }
    final WaveStatistics statistics = result.getStatistics();
    final Map<String, Long> conflicts = new LinkedHashMap<>();
    for (Conflict conflict : statistics.getConflictsList()) {
      conflicts.put(hex(conflict.getKey()), (long) conflict.getAborts());
    }
    return line.number("workers", statistics.getWorkers())
        .number("attempts", statistics.getAttempts())
        .number("aborts", statistics.getAborts())
        .number("depth", statistics.getDepth())
        .number("idle_nanos", statistics.getIdleNanos())
        .numbers("conflicts", conflicts);
  }

  /** A state key as what it holds, as far as a key tells. */
  private static String meaning(ByteString bytes) {
    final StateKey key = new StateKey(Hash32.of(bytes.toByteArray()));
    final String begin =
        "0x" + HexFormat.of().formatHex(key.raw().toBytes(), 0, PREFIX_BYTES) + "...";
    final Address address = new Address(key.raw());
    if (StateKeys.account(address).equals(key)) {
      return "account " + begin;
    }
    if (StateKeys.contract(address).equals(key)) {
      return "contract record of " + begin;
    }
    return "slot " + hex(bytes);
  }

  private static String hex(ByteString bytes) {
    return "0x" + HexFormat.of().formatHex(bytes.toByteArray());
  }
}
