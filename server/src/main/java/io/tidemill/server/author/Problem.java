package io.tidemill.server.author;

import org.jspecify.annotations.Nullable;

/**
 * One fault of an author's file.
 *
 * @param rule the name of the rule: {@code UnknownKey}, {@code UndefinedType}
 * @param file the file as the author named it
 * @param line 1-based, 0 when the fault has no line
 * @param column 1-based, 0 when the fault has no line
 * @param field the path of the key: {@code functions.transfer.inputs}
 * @param detail what is wrong and what to do
 */
public record Problem(
    String rule, String file, int line, int column, @Nullable String field, String detail) {
  @Override
  public String toString() {
    final String place = line == 0 ? file : file + ":" + line + ":" + column;
    return place + ": " + rule + (field == null ? "" : "(" + field + ")") + ": " + detail;
  }
}
