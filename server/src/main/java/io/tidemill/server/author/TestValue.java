package io.tidemill.server.author;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * A value as a test file writes it, before its type is known. TOML arrays, tables, integers and
 * booleans mean the same as their text. Source: manifest-and-tests 2.7.
 */
sealed interface TestValue {
  /** A number, a name, hex, a word: its type will say. */
  record Text(String text) implements TestValue {}

  /** A list. */
  record Items(List<TestValue> items) implements TestValue {}

  /** Named parts in any order. */
  record Fields(Map<String, TestValue> fields) implements TestValue {}

  /** A value that no type could make sense of; the text says why. */
  final class ValueException extends Exception {
    private static final long serialVersionUID = 1L;

    ValueException(String detail) {
      super(detail);
    }

    String detail() {
      return String.valueOf(getMessage());
    }
  }

  /** The value that TOML parsed. */
  static TestValue of(@Nullable Object toml) throws ValueException {
    return switch (toml) {
      case String text -> new Text(text);
      case Long number -> new Text(number.toString());
      case Boolean flag -> new Text(flag.toString());
      case TomlArray array -> {
        final List<TestValue> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
          items.add(of(array.get(i)));
        }
        yield new Items(items);
      }
      case TomlTable table -> {
        final Map<String, TestValue> fields = new LinkedHashMap<>();
        for (String key : table.keySet()) {
          fields.put(key, of(table.get(List.of(key))));
        }
        yield new Fields(fields);
      }
      case null -> throw new ValueException("is missing");
      default -> throw new ValueException(toml + " is no value of a contract");
    };
  }

  /** The value that {@code text} writes in the JSON5 subset of the format. */
  static TestValue parse(String text) throws ValueException {
    final Parser parser = new Parser(text);
    final TestValue value = parser.value(0);
    parser.end();
    return value;
  }

  /** Bare keys, bare or quoted scalars, trailing commas, no comments. */
  final class Parser {
    private static final int MAX_DEPTH = 32;

    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    private void skip() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private char peek() {
      skip();
      return at < text.length() ? text.charAt(at) : 0;
    }

    private ValueException fail(String expected) {
      return new ValueException(
          "expected " + expected + " at character " + (at + 1) + " of \"" + text + "\"");
    }

    private boolean take(char wanted) {
      if (peek() == wanted) {
        at++;
        return true;
      }
      return false;
    }

    void end() throws ValueException {
      skip();
      if (at < text.length()) {
        throw fail("the end");
      }
    }

    TestValue value(int depth) throws ValueException {
      if (depth > MAX_DEPTH) {
        throw fail("less nesting");
      }
      if (take('[')) {
        final List<TestValue> items = new ArrayList<>();
        while (!take(']')) {
          items.add(value(depth + 1));
          if (!take(',') && peek() != ']') {
            throw fail(", or ]");
          }
        }
        return new Items(items);
      }
      if (take('{')) {
        final Map<String, TestValue> fields = new LinkedHashMap<>();
        while (!take('}')) {
          final String key = key();
          if (!take(':')) {
            throw fail(":");
          }
          if (fields.put(key, value(depth + 1)) != null) {
            throw new ValueException("field " + key + " is given twice");
          }
          if (!take(',') && peek() != '}') {
            throw fail(", or }");
          }
        }
        return new Fields(fields);
      }
      return new Text(scalar());
    }

    private String key() throws ValueException {
      final char first = peek();
      if (first == '"' || first == '\'') {
        return quoted();
      }
      final int from = at;
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
        at++;
      }
      if (at == from) {
        throw fail("a field name");
      }
      return text.substring(from, at);
    }

    private String scalar() throws ValueException {
      final char first = peek();
      if (first == '"' || first == '\'') {
        return quoted();
      }
      final int from = at;
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at))
              || "_@#:.+-".indexOf(text.charAt(at)) >= 0)) {
        at++;
      }
      if (at == from) {
        throw fail("a value");
      }
      return text.substring(from, at);
    }

    private String quoted() throws ValueException {
      final char quote = text.charAt(at++);
      final StringBuilder content = new StringBuilder();
      while (at < text.length() && text.charAt(at) != quote) {
        char c = text.charAt(at++);
        if (c == '\\' && at < text.length()) {
          c = text.charAt(at++);
          c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        content.append(c);
      }
      if (at >= text.length()) {
        throw fail("a closing quote");
      }
      at++;
      return content.toString();
    }
  }
}
