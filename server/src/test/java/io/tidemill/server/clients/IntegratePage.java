package io.tidemill.server.clients;

import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The blocks of {@code docs/integrate.md} that are marked: {@code <!-- run: NAME -->} for commands,
 * {@code <!-- from: FILE, PART -->} for code that stands in a file between {@code docs:begin PART}
 * and {@code docs:end}.
 */
final class IntegratePage {
  static final String PAGE = "docs/integrate.md";

  private IntegratePage() {}

  /** The command lines of block {@code name}. */
  static List<String> commands(String name) {
    final List<String> commands = blocks(PAGE, "run: ").get(name);
    if (commands == null) {
      throw new IllegalStateException(PAGE + " has no block 'run: " + name + "'");
    }
    return commands;
  }

  /** What the page says that block {@code name} prints; three dots stand for anything. */
  static Pattern output(String name) {
    final List<String> lines = blocks(PAGE, "output: ").get(name);
    if (lines == null) {
      throw new IllegalStateException(PAGE + " has no block 'output: " + name + "'");
    }
    return Pattern.compile(
        lines.stream()
            .map(line -> Pattern.quote(line).replace("...", "\\E.*\\Q"))
            .collect(Collectors.joining("\\R")));
  }

  /** The code blocks of {@code page} by "FILE, PART". */
  static Map<String, List<String>> code(String page) {
    return blocks(page, "from: ");
  }

  /** The lines of part {@code part} of {@code file}. */
  static List<String> part(String file, String part) {
    final List<String> lines = lines(file);
    int from = 0;
    while (!lines.get(from).strip().endsWith("docs:begin " + part)) {
      from++;
    }
    int to = from;
    while (!lines.get(to).strip().endsWith("docs:end")) {
      to++;
    }
    return String.join("\n", lines.subList(from + 1, to)).stripIndent().lines().toList();
  }

  private static Map<String, List<String>> blocks(String page, String kind) {
    final Map<String, List<String>> blocks = new LinkedHashMap<>();
    final List<String> lines = lines(page);
    for (int i = 0; i < lines.size(); i++) {
      final String marker = lines.get(i);
      if (marker.startsWith("<!-- " + kind) && lines.get(i + 1).startsWith("```")) {
        final List<String> block = new ArrayList<>();
        for (int at = i + 2; !lines.get(at).equals("```"); at++) {
          block.add(lines.get(at));
        }
        blocks.put(marker.substring(5 + kind.length(), marker.length() - 4), block);
      }
    }
    return blocks;
  }

  /** How many fenced blocks of commands or code the page has, marked or not. */
  static long fences() {
    return lines(PAGE).stream().filter(line -> line.matches("```(sh|ts|java)")).count();
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(ProjectFolder.path().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
