package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every ruling of {@code docs/rulings.md} has tests, and they exist. */
class RulingsTest {
  private static final Path ROOT = Path.of("..");

  /** How many rulings each letter has. */
  private static final Map<String, Integer> RULINGS =
      Map.of("O", 8, "W", 7, "F", 9, "H", 12, "S", 14);

  private static final Pattern ROW =
      Pattern.compile("^\\| ([OWFHS]\\d+) \\| [^|]+ \\| ([^|]+) \\|$", Pattern.MULTILINE);

  private static Map<String, List<String>> rows() throws IOException {
    final Map<String, List<String>> rows = new TreeMap<>();
    final Matcher matcher = ROW.matcher(Files.readString(ROOT.resolve("docs/rulings.md")));
    while (matcher.find()) {
      rows.put(matcher.group(1), List.of(matcher.group(2).split(", ", -1)));
    }
    return rows;
  }

  @Test
  void shouldListEveryRuling() throws IOException {
    final List<String> expected = new ArrayList<>();
    RULINGS.forEach(
        (letter, count) ->
            IntStream.rangeClosed(1, count).forEach(number -> expected.add(letter + number)));
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shouldNameTestsThatExist() throws IOException {
    final Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(RulingsTest::isTestSource).toList()) {
        final String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    final List<String> missing = new ArrayList<>();
    for (Map.Entry<String, List<String>> row : rows().entrySet()) {
      for (String test : row.getValue()) {
        final String[] parts = test.split("\\.", -1);
        if (parts.length != 2
            || !sources.getOrDefault(parts[0], "").contains("void " + parts[1] + "(")) {
          missing.add(row.getKey() + ": " + test);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isTestSource(Path file) {
    final String path = file.toString().replace('\\', '/');
    return path.endsWith(".java") && path.contains("/src/test/java/") && !path.contains("/target/");
  }
}
