package io.tidemill.server.docs;

import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A fenced block of a page.
 *
 * @param marker what the HTML comment in the line above says, or empty
 * @param info what stands after the fence
 * @param text the lines between the fences
 */
record Block(Path page, int line, String marker, String info, String text) {
  private static final String LAUNCHER = "./tidemill ";

  /** Every page of the project that shows commands or code. */
  static List<Path> pages() {
    final Path home = ProjectFolder.path();
    final List<Path> pages = new ArrayList<>();
    try (Stream<Path> docs = Files.list(home.resolve("docs"));
        Stream<Path> clients = Files.list(home.resolve("clients"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      clients
          .map(file -> file.resolve("README.md"))
          .filter(Files::exists)
          .sorted()
          .forEach(pages::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    for (String more :
        List.of(
            "README.md",
            "CONTRIBUTING.md",
            "clients/README.md",
            "helm/tidemill/README.md",
            "executor/contracts/README.md")) {
      pages.add(home.resolve(more));
    }
    return pages;
  }

  /** The blocks of all pages. */
  static List<Block> all() {
    return pages().stream().flatMap(page -> of(page).stream()).toList();
  }

  /** The blocks of {@code page} in order. */
  static List<Block> of(Path page) {
    final List<Block> blocks = new ArrayList<>();
    final List<String> lines;
    try {
      lines = Files.readAllLines(page);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    for (int at = 0; at < lines.size(); at++) {
      if (!lines.get(at).startsWith("```")) {
        continue;
      }
      int end = at + 1;
      while (!lines.get(end).startsWith("```")) {
        end++;
      }
      final String above = at == 0 ? "" : lines.get(at - 1);
      final String marker =
          above.startsWith("<!-- ") && above.endsWith(" -->")
              ? above.substring(5, above.length() - 4)
              : "";
      final String text = String.join("\n", lines.subList(at + 1, end)) + "\n";
      blocks.add(new Block(page, at + 1, marker, lines.get(at).substring(3).strip(), text));
      at = end;
    }
    return blocks;
  }

  /** The lines that call the launcher, without it, comments and what a shell would take off. */
  List<String> commands() {
    return text.replace("\\\n", " ")
        .lines()
        .map(line -> line.startsWith("$ ") ? line.substring(2) : line)
        .filter(line -> line.startsWith(LAUNCHER))
        .map(
            line ->
                line.substring(LAUNCHER.length()).replaceAll("\\s+#\\s.*| \\|.*| &$", "").strip())
        .toList();
  }

  @Override
  public String toString() {
    return ProjectFolder.path().relativize(page)
        + ":"
        + line
        + " "
        + text.lines().findFirst().orElse("");
  }
}
