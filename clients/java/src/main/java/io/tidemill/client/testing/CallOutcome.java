package io.tidemill.client.testing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call or a transaction came to, in words.
 *
 * @param status {@code success}, or how it failed: {@code reverted}, {@code trapped} ...
 * @param result what it returned, by the contract's ABI; empty for nothing
 * @param reason why it failed; empty on success
 * @param backtrace where it failed, innermost first
 * @param events of a transaction, {@code counter.Counted(who: #0, count: 8)}
 * @param logs what contracts said with {@code debug_log}, each with the contract's name
 * @param gas that was used; of a call without the intrinsic gas
 * @param hash of the transaction, 0x and 64 digits; empty for a call
 * @param contract address of what was deployed, 0x and 64 digits; empty when nothing was
 */
public record CallOutcome(
    String status,
    String result,
    String reason,
    List<String> backtrace,
    List<String> events,
    List<String> logs,
    long gas,
    String hash,
    String contract) {
  /** Whether it did what it was to do. */
  public boolean succeeded() {
    return status.equals("success");
  }

  /**
   * This, if it succeeded.
   *
   * @throws AssertionError if it failed; the message says why and where
   */
  public CallOutcome orFail() {
    if (!succeeded()) {
      throw new AssertionError(
          status
              + ": "
              + reason
              + (backtrace.isEmpty() ? "" : "\n  at ")
              + String.join("\n  at ", backtrace));
    }
    return this;
  }

  static CallOutcome of(@Nullable Object answer) {
    if (!(answer instanceof Map<?, ?> map)) {
      throw new IllegalStateException("the chain answered " + answer);
    }
    final Object gas = map.containsKey("gas_used") ? map.get("gas_used") : map.get("fuel_used");
    return new CallOutcome(
        text(map, "status"),
        text(map, "result"),
        text(map, "reason"),
        texts(map, "backtrace"),
        texts(map, "events"),
        texts(map, "logs"),
        gas instanceof BigDecimal number ? number.longValueExact() : 0,
        text(map, "transaction_hash"),
        text(map, "contract"));
  }

  private static String text(Map<?, ?> map, String name) {
    return map.get(name) instanceof String text ? text : "";
  }

  private static List<String> texts(Map<?, ?> map, String name) {
    final List<String> texts = new ArrayList<>();
    if (map.get(name) instanceof List<?> list) {
      list.forEach(item -> texts.add(String.valueOf(item)));
    }
    return List.copyOf(texts);
  }
}
