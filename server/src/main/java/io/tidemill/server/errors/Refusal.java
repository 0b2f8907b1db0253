package io.tidemill.server.errors;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request is not served, for a reason of the catalogue. Carries no stack trace: it is an answer.
 * What a caller sees is the message, what to do, and the metadata.
 */
public final class Refusal extends RuntimeException {
  private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Map<String, String> metadata;

  private Refusal(Reason reason, Map<String, String> metadata) {
    super(fill(ErrorCatalogue.get().entry(reason).text(), metadata), null, false, false);
    this.reason = reason;
    this.metadata = metadata;
  }

  /**
   * A refusal whose metadata are {@code pairs}: name, value, name, value.
   *
   * @throws IllegalArgumentException if the pairs are not pairs
   */
  public static Refusal of(Reason reason, Object... pairs) {
    if (pairs.length % 2 != 0) {
      throw new IllegalArgumentException("odd number of metadata parts for " + reason);
    }
    final Map<String, String> metadata = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      metadata.put(pairs[i].toString(), pairs[i + 1].toString());
    }
    return new Refusal(reason, metadata);
  }

  /** A field of a request that is not as it must be. */
  public static Refusal field(String field, String detail) {
    return of(Reason.INVALID_FIELD, "field", field, "detail", detail);
  }

  /** Something that exceeds a limit of the node. */
  public static Refusal limit(Limit limit, long value, long maximum) {
    return of(
        Reason.LIMIT_EXCEEDED,
        "limit",
        limit.key(),
        "what",
        limit.what(),
        "value",
        value,
        "maximum",
        maximum);
  }

  /** A field that exceeds what it can be here, which is no limit of every node. */
  public static Refusal tooLarge(String field, long value, long maximum) {
    return of(
        Reason.LIMIT_EXCEEDED, "limit", field, "what", field, "value", value, "maximum", maximum);
  }

  /** No room where {@code limit} counts; the same request has a chance a little later. */
  public static Refusal full(Limit limit, long maximum, long retryAfterMillis) {
    return of(
        Reason.QUEUE_FULL,
        "limit",
        limit.key(),
        "what",
        limit.what(),
        "maximum",
        maximum,
        "retry_after_millis",
        retryAfterMillis);
  }

  /** What {@code failure} is for the caller; an unexpected one is logged with its incident. */
  public static Refusal from(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    final Throwable cause = failure.getCause();
    if (cause != null
        && (failure instanceof CompletionException || failure instanceof ExecutionException)) {
      return from(cause);
    }
    final String incident = UUID.randomUUID().toString();
    LOG.error("incident {}", incident, failure);
    return of(Reason.INTERNAL, "incident", incident);
  }

  public Reason reason() {
    return reason;
  }

  /** Names and values, in the order they were given. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** What the caller can do about it. */
  public String action() {
    return fill(ErrorCatalogue.get().entry(reason).action(), metadata);
  }

  private static String fill(String text, Map<String, String> metadata) {
    String filled = text;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      filled = filled.replace("{" + entry.getKey() + "}", entry.getValue());
    }
    return filled;
  }
}
