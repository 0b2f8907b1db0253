package io.tidemill.client;

import com.google.protobuf.ByteString;
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
public final class Vectors {
  private Vectors() {}

  /** The objects under {@code key} of {@code clients/vectors/file}. */
  @SuppressWarnings("unchecked")
  public static List<Map<String, Object>> read(String file, String key) {
    try {
      String text = Files.readString(Path.of("..", "vectors", file));
      return (List<Map<String, Object>>) ((Map<String, Object>) Json.parse(text)).get(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] hex(Object text) {
    return HexFormat.of().parseHex((String) text);
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  public static ByteString bytes(Object text) {
    return ByteString.copyFrom(hex(text));
  }

  /** The objects under {@code key} of a row. */
  @SuppressWarnings("unchecked")
  public static List<Map<String, Object>> rows(Map<String, Object> row, String key) {
    return (List<Map<String, Object>>) row.get(key);
  }

  public static int integer(Object number) {
    return ((BigDecimal) number).intValueExact();
  }
}
