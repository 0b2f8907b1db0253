package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.config.ConfigReader;
import io.tidemill.server.report.BenchmarkPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What the documentation says can be done can be done. A fenced block marked {@code sh run} is run;
 * commands in other blocks must be ones that the command line accepts; {@code yaml config} is read
 * as a configuration, {@code toml test} as a test file of the counter.
 */
final class DocsTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final String LAUNCHER = "./tidemill ";

  /** Commands of the launcher itself, which the command line does not know. */
  private static final Set<String> OF_LAUNCHER = Set.of("test", "bench", "build", "image");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  /** A fenced block: what stands after the fence, and the text between. */
  record Block(Path page, String info, String text) {
    List<List<String>> commands() {
      final List<List<String>> commands = new ArrayList<>();
      for (String line : text.replace("\\\n", " ").split("\n")) {
        if (line.startsWith(LAUNCHER)) {
          final String bare =
              line.substring(LAUNCHER.length()).replaceAll("\\s+#.*| \\|.*| &$", "");
          commands.add(Arrays.asList(bare.strip().split("\\s+")));
        }
      }
      return commands;
    }

    @Override
    public String toString() {
      return HOME.relativize(page) + ": " + text.lines().findFirst().orElse("");
    }
  }

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
      final List<Path> pages =
          new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md")).sorted().toList());
      for (String more : List.of("README.md", "CONTRIBUTING.md", "helm/tidemill/README.md")) {
        pages.add(HOME.resolve(more));
      }
      return pages.stream();
    }
  }

  static List<Block> blocks() throws IOException {
    final List<Block> blocks = new ArrayList<>();
    for (Path page : pages().toList()) {
      String info = null;
      final StringBuilder text = new StringBuilder();
      for (String line : Files.readAllLines(page)) {
        if (line.startsWith("```")) {
          if (info == null) {
            info = line.substring(3).strip();
            text.setLength(0);
          } else {
            blocks.add(new Block(page, info, text.toString()));
            info = null;
          }
        } else if (info != null) {
          text.append(line).append('\n');
        }
      }
    }
    return blocks;
  }

  static Stream<Block> withCommands() throws IOException {
    return blocks().stream().filter(block -> !block.commands().isEmpty());
  }

  static Stream<Block> toRun() throws IOException {
    return blocks().stream().filter(block -> block.info().equals("sh run"));
  }

  @ParameterizedTest
  @MethodSource("withCommands")
  void shouldNameOnlyCommandsAndOptionsThatExist(Block block) {
    for (List<String> command : block.commands()) {
      if (OF_LAUNCHER.contains(command.getFirst())) {
        continue;
      }
      try {
        Tidemill.commandLine().parseArgs(command.toArray(String[]::new));
      } catch (ParameterException e) {
        throw new AssertionError(
            block + "\n" + String.join(" ", command) + ": " + e.getMessage(), e);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("toRun")
  void shouldRunAsWritten(Block block) {
    assertThat(block.commands()).as("commands of a block marked sh run").isNotEmpty();
    for (List<String> command : block.commands()) {
      final StringWriter said = new StringWriter();
      final CommandLine line = Tidemill.commandLine();
      line.setOut(new PrintWriter(said, true));
      line.setErr(new PrintWriter(said, true));
      final String[] words =
          command.stream()
              .map(word -> Files.exists(HOME.resolve(word)) ? HOME.resolve(word).toString() : word)
              .toArray(String[]::new);
      assertThat(line.execute(words)).as("%s%n%s", String.join(" ", command), said).isZero();
    }
  }

  @Test
  void shouldShowConfigurationsThatTheNodeReads(@TempDir Path folder) throws IOException {
    int shown = 0;
    for (Block block : blocks()) {
      if (block.info().equals("yaml config")) {
        final Path file = Files.writeString(folder.resolve("tidemill.yaml"), block.text());
        ConfigReader.read(file, Map.of(), Map.of()).config();
        shown++;
      }
    }
    assertThat(shown).isPositive();
  }

  @Test
  void shouldShowTestFilesThatPass(@TempDir Path folder) throws IOException {
    final Path counter = HOME.resolve("executor/contracts/counter");
    Files.createDirectories(folder.resolve("tests"));
    for (String file : List.of("otigen.toml", "counter.wasm")) {
      Files.copy(counter.resolve(file), folder.resolve(file));
    }
    int shown = 0;
    for (Block block : blocks()) {
      if (block.info().equals("toml test")) {
        Files.writeString(folder.resolve("tests/shown" + shown++ + ".test.toml"), block.text());
      }
    }
    final StringWriter said = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(said, true));
    assertThat(line.execute("contract", "test", folder.toString())).as("%s", said).isZero();
    assertThat(said.toString()).contains(shown + " passed");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldLinkOnlyToWhatIsThere(Path page) throws IOException {
    final Matcher links = LINK.matcher(Files.readString(page));
    while (links.find()) {
      final Path target = page.getParent().resolve(links.group(1)).normalize();
      assertThat(target).as("link of %s", HOME.relativize(page)).exists();
    }
  }

  @Test
  void shouldPublishTheBenchmarksThatWereMeasured() throws IOException {
    for (Map.Entry<String, String> file : BenchmarkPage.files(HOME.resolve("docs")).entrySet()) {
      assertThat(HOME.resolve("docs").resolve(file.getKey()))
          .as("write it anew with ./tidemill bench report")
          .content()
          .isEqualTo(file.getValue());
    }
  }
}
