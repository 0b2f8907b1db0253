package io.tidemill.client;

import io.tidemill.client.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The vectors that the clients of all languages share. */
final class Vectors {
  private Vectors() {}

  /** The objects under {@code key} of {@code clients/vectors/file}. */
  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> read(String file, String key) {
    try {
      String text = Files.readString(Path.of("..", "vectors", file));
      return (List<Map<String, Object>>) ((Map<String, Object>) Json.parse(text)).get(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] hex(Object text) {
    return HexFormat.of().parseHex((String) text);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static int integer(Object number) {
    return ((BigDecimal) number).intValueExact();
  }
}
