package io.tidemill.server.cli;

import java.util.List;
import java.util.Map;

/** One JSON object on one line, for commands whose answer is a few numbers and texts. */
final class Json {
  private final StringBuilder out = new StringBuilder("{");

  Json number(String name, long value) {
    name(name).append(value);
    return this;
  }

  Json flag(String name, boolean value) {
    name(name).append(value);
    return this;
  }

  Json text(String name, String value) {
    quote(name(name), value);
    return this;
  }

  Json texts(String name, List<String> values) {
    name(name).append('[');
    for (int i = 0; i < values.size(); i++) {
      quote(i == 0 ? out : out.append(','), values.get(i));
    }
    out.append(']');
    return this;
  }

  Json numbers(String name, Map<String, Long> values) {
    final Json object = new Json();
    values.forEach(object::number);
    name(name).append(object);
    return this;
  }

  private StringBuilder name(String name) {
    return quote(out.length() == 1 ? out : out.append(','), name).append(':');
  }

  private static StringBuilder quote(StringBuilder to, String text) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ') {
        to.append(String.format("\\u%04x", (int) c));
      } else {
        to.append(c);
      }
    }
    return to.append('"');
  }

  @Override
  public String toString() {
    return out + "}";
  }
}
