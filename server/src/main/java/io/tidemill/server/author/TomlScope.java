package io.tidemill.server.author;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of a TOML file that knows its file and its path, and writes every fault it meets into a
 * shared list instead of stopping at the first.
 */
final class TomlScope {
  private final String file;
  private final String path;
  private final TomlTable table;
  private final @Nullable TomlPosition position;
  private final List<Problem> problems;

  private TomlScope(
      String file,
      String path,
      TomlTable table,
      @Nullable TomlPosition position,
      List<Problem> problems) {
    this.file = file;
    this.path = path;
    this.table = table;
    this.position = position;
    this.problems = problems;
  }

  /** Reads a whole file; syntax errors end in an exception. */
  static TomlScope read(Path file, List<Problem> problems) throws AuthorException {
    final String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new AuthorException("NotReadable", file.toString(), "cannot be read: " + e);
    }
    return parse(text, file.toString(), problems);
  }

  /** Reads {@code text}; {@code file} is what faults will name. */
  static TomlScope parse(String text, String file, List<Problem> problems) throws AuthorException {
    final TomlParseResult result = Toml.parse(text);
    if (result.hasErrors()) {
      final List<Problem> syntax = new ArrayList<>();
      for (TomlParseError error : result.errors()) {
        syntax.add(
            new Problem(
                "TomlSyntax",
                file,
                error.position().line(),
                error.position().column(),
                null,
                String.valueOf(error.getMessage())));
      }
      throw new AuthorException(syntax);
    }
    return new TomlScope(file, "", result, null, problems);
  }

  String file() {
    return file;
  }

  String path() {
    return path;
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The line where the table begins, or 0. */
  int line() {
    return position == null ? 0 : position.line();
  }

  Set<String> keys() {
    return table.keySet();
  }

  boolean has(String key) {
    return table.contains(List.of(key));
  }

  @Nullable Object get(String key) {
    return table.get(List.of(key));
  }

  /** A fault of {@code key}, or of this table where the key is missing. */
  void problem(String rule, String key, String detail) {
    final TomlPosition at = has(key) ? table.inputPositionOf(List.of(key)) : position;
    problems.add(
        new Problem(
            rule,
            file,
            at == null ? 0 : at.line(),
            at == null ? 0 : at.column(),
            path(key),
            detail));
  }

  /** A fault of this table itself. */
  void problem(String rule, String detail) {
    problems.add(
        new Problem(
            rule,
            file,
            position == null ? 0 : position.line(),
            position == null ? 0 : position.column(),
            path.isEmpty() ? null : path,
            detail));
  }

  /** Reports every key that is not among {@code known}. */
  void allow(String... known) {
    final List<String> names = List.of(known);
    for (String key : table.keySet()) {
      if (!names.contains(key)) {
        final String nearest = Spelling.nearest(key, names);
        problem(
            "UnknownKey",
            key,
            "is not a key here" + (nearest == null ? "" : ", did you mean " + nearest + "?"));
      }
    }
  }

  /** The text under {@code key}, or null when it is missing or no text. */
  @Nullable String string(String key) {
    final Object value = get(key);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    problem("InvalidField", key, "must be a string");
    return null;
  }

  /** The text under {@code key}, which must be there. */
  @Nullable String required(String key) {
    if (!has(key)) {
      problem("InvalidField", key, "is missing");
      return null;
    }
    return string(key);
  }

  boolean flag(String key, boolean otherwise) {
    final Object value = get(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    problem("InvalidField", key, "must be true or false");
    return otherwise;
  }

  /** The table under {@code key}, or null when it is missing or no table. */
  @Nullable TomlScope table(String key) {
    final Object value = get(key);
    if (value == null) {
      return null;
    }
    if (value instanceof TomlTable inner) {
      return new TomlScope(file, path(key), inner, table.inputPositionOf(List.of(key)), problems);
    }
    problem("InvalidField", key, "must be a table");
    return null;
  }

  /** The tables of the array under {@code key}; empty when it is missing or malformed. */
  List<TomlScope> tables(String key) {
    final List<TomlScope> scopes = new ArrayList<>();
    final TomlArray array = array(key);
    for (int i = 0; array != null && i < array.size(); i++) {
      if (array.get(i) instanceof TomlTable inner) {
        scopes.add(
            new TomlScope(
                file, path(key) + "[" + i + "]", inner, array.inputPositionOf(i), problems));
      } else {
        problem("InvalidField", key, "must hold tables; element " + i + " is none");
      }
    }
    return scopes;
  }

  /** The texts of the array under {@code key}; empty when it is missing or malformed. */
  List<String> strings(String key) {
    final List<String> strings = new ArrayList<>();
    final TomlArray array = array(key);
    for (int i = 0; array != null && i < array.size(); i++) {
      if (array.get(i) instanceof String text) {
        strings.add(text);
      } else {
        problem("InvalidField", key, "must hold strings; element " + i + " is none");
      }
    }
    return strings;
  }

  @Nullable TomlArray array(String key) {
    final Object value = get(key);
    if (value == null || value instanceof TomlArray) {
      return (TomlArray) value;
    }
    problem("InvalidField", key, "must be an array");
    return null;
  }
}
