package io.tidemill.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue of errors that the protocol ships, {@code /tidemill/errors.yaml}: what every reason
 * means, whose fault it is and what to do.
 */
public final class ErrorCatalog {
  private static final String RESOURCE = "/tidemill/errors.yaml";
  private static final ErrorCatalog SHIPPED = load();

  /**
   * One reason.
   *
   * @param jsonRpcCode the code of the JSON-RPC error
   * @param text what is wrong, with {name} for an entry of the metadata
   * @param remedy what to do
   */
  public record Entry(String reason, Fate fate, int jsonRpcCode, String text, String remedy) {}

  private final Map<String, Entry> entries;

  private ErrorCatalog(Map<String, Entry> entries) {
    this.entries = entries;
  }

  /** The catalogue of the protocol this client was built with. */
  public static ErrorCatalog shipped() {
    return SHIPPED;
  }

  /** The entry of {@code reason}, or null when this client is older than the reason. */
  public @Nullable Entry find(String reason) {
    return entries.get(reason);
  }

  /** All entries by reason. */
  public Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  private static ErrorCatalog load() {
    try (InputStream stream = ErrorCatalog.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return parse(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  /** The file is flat: "- reason: X" begins an entry, "key: value" lines follow. */
  private static ErrorCatalog parse(BufferedReader lines) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    Map<String, String> fields = new TreeMap<>();
    String line = lines.readLine();
    while (line != null && !line.startsWith("receipts:")) {
      String text = line.strip();
      if (text.startsWith("- reason:")) {
        add(entries, fields);
        fields.clear();
        text = text.substring(2);
      }
      int colon = text.indexOf(": ");
      if (colon > 0 && line.startsWith("  ") && !text.startsWith("#")) {
        fields.put(text.substring(0, colon), unquote(text.substring(colon + 2)));
      }
      line = lines.readLine();
    }
    add(entries, fields);
    return new ErrorCatalog(entries);
  }

  private static void add(Map<String, Entry> entries, Map<String, String> fields) {
    String reason = fields.get("reason");
    if (reason != null) {
      entries.put(
          reason,
          new Entry(
              reason,
              Fate.named(fields.getOrDefault("fate", "")),
              Integer.parseInt(fields.getOrDefault("jsonrpc", "0")),
              fields.getOrDefault("text", ""),
              fields.getOrDefault("do", "")));
    }
  }

  private static String unquote(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
