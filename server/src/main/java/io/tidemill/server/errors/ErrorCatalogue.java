package io.tidemill.server.errors;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The catalogue file, read once. */
public final class ErrorCatalogue {
  /** Whose fault it is. */
  public enum Fate {
    /** The request is wrong; nothing changed. */
    CALLER,
    /** Retry later. */
    PRESSURE,
    /** The node cannot know; no answer was given. */
    NODE
  }

  /**
   * One reason.
   *
   * @param grpc the name of the gRPC status code
   * @param jsonRpc the JSON-RPC error code
   * @param text what is wrong, with {@code {name}} for an entry of the metadata
   * @param action what to do, likewise
   */
  public record Entry(
      Reason reason, Fate fate, String grpc, int jsonRpc, String text, String action) {}

  /** One number that a receipt may carry. */
  public record ReceiptEntry(int code, String name, String action) {}

  private static final ErrorCatalogue LOADED = read();

  private final String domain;
  private final Map<Reason, Entry> entries;
  private final Map<Integer, ReceiptEntry> receipts;

  private ErrorCatalogue(
      String domain, Map<Reason, Entry> entries, Map<Integer, ReceiptEntry> receipts) {
    this.domain = domain;
    this.entries = entries;
    this.receipts = receipts;
  }

  /** The catalogue of this build. */
  public static ErrorCatalogue get() {
    return LOADED;
  }

  /** The domain of every ErrorInfo. */
  public String domain() {
    return domain;
  }

  /** What the catalogue says about {@code reason}. */
  public Entry entry(Reason reason) {
    final Entry entry = entries.get(reason);
    if (entry == null) {
      throw new IllegalStateException("errors.yaml has no entry for " + reason);
    }
    return entry;
  }

  /** Every reason in the order of the enum. */
  public List<Entry> all() {
    return List.copyOf(entries.values());
  }

  /** Every receipt code, ascending. */
  public List<ReceiptEntry> receiptCodes() {
    return List.copyOf(receipts.values());
  }

  /** The name of a receipt's code, or the number itself when it is not known. */
  public String receiptCodeName(int code) {
    final ReceiptEntry entry = receipts.get(code);
    return entry == null ? Integer.toString(code) : entry.name();
  }

  private static ErrorCatalogue read() {
    try (InputStream in =
        ErrorCatalogue.class.getClassLoader().getResourceAsStream("tidemill/errors.yaml")) {
      if (in == null) {
        throw new IllegalStateException("tidemill/errors.yaml is not on the class path");
      }
      final Object root = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
      final Map<?, ?> map = (Map<?, ?>) root;
      final Map<Reason, Entry> entries = new EnumMap<>(Reason.class);
      for (Object item : list(map, "errors")) {
        final Entry entry = entry((Map<?, ?>) item);
        if (entries.put(entry.reason(), entry) != null) {
          throw new IllegalStateException("errors.yaml lists " + entry.reason() + " twice");
        }
      }
      final Map<Integer, ReceiptEntry> receipts = new TreeMap<>();
      for (Object item : list(map, "receipts")) {
        final Map<?, ?> receipt = (Map<?, ?>) item;
        final int code = (Integer) field(receipt, "code");
        final ReceiptEntry entry =
            new ReceiptEntry(code, text(receipt, "name"), text(receipt, "do"));
        if (receipts.put(code, entry) != null) {
          throw new IllegalStateException("errors.yaml lists receipt code " + code + " twice");
        }
      }
      return new ErrorCatalogue(text(map, "domain"), entries, receipts);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read tidemill/errors.yaml", e);
    }
  }

  private static Entry entry(Map<?, ?> item) {
    return new Entry(
        Reason.valueOf(text(item, "reason")),
        Fate.valueOf(text(item, "fate").toUpperCase(Locale.ROOT)),
        text(item, "grpc"),
        (Integer) field(item, "jsonrpc"),
        text(item, "text"),
        text(item, "do"));
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return (List<?>) field(map, key);
  }

  private static String text(Map<?, ?> map, String key) {
    return field(map, key).toString();
  }

  private static Object field(Map<?, ?> map, String key) {
    final Object value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("errors.yaml: an entry lacks " + key + ": " + map);
    }
    return value;
  }
}
