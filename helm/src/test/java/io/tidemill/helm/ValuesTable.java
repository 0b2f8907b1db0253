package io.tidemill.helm;

import java.util.ArrayList;
import java.util.List;

/** The table of values in the chart's README, made from the comments of {@code values.yaml}. */
final class ValuesTable {
  static final String HEADER = "| Key | Default | Meaning |\n|---|---|---|\n";

  private final List<String> path = new ArrayList<>();
  private final List<Integer> indents = new ArrayList<>();
  private final StringBuilder rows = new StringBuilder(HEADER);

  private ValuesTable() {}

  /** Rows for every key that has a {@code # --} comment, which may go on in plain comment lines. */
  static String of(String values) {
    final ValuesTable table = new ValuesTable();
    String comment = "";
    for (String line : values.split("\n")) {
      final String text = line.strip();
      if (text.startsWith("# -- ")) {
        comment = text.substring(5);
      } else if (text.startsWith("#")) {
        comment = comment.isEmpty() ? "" : comment + " " + text.substring(1).strip();
      } else if (!text.isEmpty()) {
        table.key(line.length() - line.stripLeading().length(), text, comment);
        comment = "";
      } else {
        comment = "";
      }
    }
    return table.rows.toString();
  }

  private void key(int indent, String text, String comment) {
    while (!indents.isEmpty() && indents.getLast() >= indent) {
      indents.removeLast();
      path.removeLast();
    }
    final int colon = text.indexOf(':');
    path.add(text.substring(0, colon));
    indents.add(indent);
    if (!comment.isEmpty()) {
      rows.append("| `")
          .append(String.join(".", path))
          .append("` | `")
          .append(text.substring(colon + 1).strip())
          .append("` | ")
          .append(comment.replace("|", "\\|"))
          .append(" |\n");
    }
  }
}
