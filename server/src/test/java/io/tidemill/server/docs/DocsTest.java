package io.tidemill.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.server.config.ConfigReader;
import io.tidemill.server.report.BenchmarkPage;
import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
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
 * What the documentation says can be done can be done. Blocks marked {@code sh run} are run, page
 * by page; {@code yaml config} is read as a configuration, {@code toml test} as a test file of the
 * counter. Every other block says in a comment above it which test runs it, or why none does.
 */
final class DocsTest {
  private static final Path HOME = ProjectFolder.path();

  /** Commands of the launcher itself, which the command line does not know. */
  private static final Set<String> OF_LAUNCHER = Set.of("test", "bench", "build", "image");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  /** What a line of a shell begins with on our pages. */
  private static final Pattern SHELL =
      Pattern.compile(
          "(?m)^(\\$ )?(\\./|cd |helm |kubectl |npm |python3 |go |node |executor/|podman |skopeo )");

  /** Languages whose blocks are code and no commands. */
  private static final Set<String> CODE =
      Set.of("ts", "py", "python", "go", "java", "yaml", "toml");

  private static final Pattern RUN_BY = Pattern.compile("run by: ([A-Za-z]+)");
  private static final Pattern NOT_RUN = Pattern.compile("not run: .{12,}");

  static Stream<Block> withCommands() {
    return Block.all().stream().filter(block -> !block.commands().isEmpty());
  }

  static Stream<Path> pages() {
    return Block.pages().stream();
  }

  static Stream<Path> pagesToRun() {
    return pages().filter(page -> Block.of(page).stream().anyMatch(DocsTest::isRun));
  }

  private static boolean isRun(Block block) {
    return block.info().equals("sh run");
  }

  /** Nothing on a page is there only to be looked at, unless it says why. */
  @Test
  void shouldSayOfEveryBlockHowItIsRun() throws IOException {
    final Set<String> tests = new HashSet<>();
    for (String module : List.of("executor", "server", "helm", "image", "clients/java")) {
      try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/test"))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith("Test.java"))
            .forEach(name -> tests.add(name.replace(".java", "")));
      }
    }
    for (Block block : Block.all()) {
      final boolean shows =
          SHELL.matcher(block.text()).find() || CODE.contains(block.info().split(" ")[0]);
      final boolean ours = Set.of("sh run", "yaml config", "toml test").contains(block.info());
      // The pages for newcomers have tests that read their own marks, or every block of a kind.
      final boolean theirs =
          block.marker().matches("(run|from|output): .*") || block.info().equals("console");
      if (!shows || ours || theirs || NOT_RUN.matcher(block.marker()).matches()) {
        continue;
      }
      final Matcher by = RUN_BY.matcher(block.marker());
      assertThat(by.matches())
          .as("%s: mark it 'sh run', <!-- run by: Test --> or <!-- not run: why -->", block)
          .isTrue();
      assertThat(tests).as("%s", block).contains(by.group(1));
    }
  }

  @ParameterizedTest
  @MethodSource("withCommands")
  void shouldNameOnlyCommandsAndOptionsThatExist(Block block) {
    for (String command : block.commands()) {
      final String[] words = command.split("\\s+");
      if (OF_LAUNCHER.contains(words[0]) || block.info().equals("console")) {
        continue; // a console's commands are run, with quotes as a shell reads them
      }
      try {
        Tidemill.commandLine().parseArgs(words);
      } catch (ParameterException e) {
        throw new AssertionError(block + "\n" + command + ": " + e.getMessage(), e);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pagesToRun")
  void shouldRunAsWritten(Path page, @TempDir Path folder) throws IOException {
    try (PageStory story = new PageStory(folder)) {
      for (Block block : Block.of(page)) {
        if (block.info().equals("yaml config")) {
          story.configure(block.text());
        } else if (isRun(block)) {
          assertThat(block.commands()).as("commands of %s", block).isNotEmpty();
          for (String command : block.commands()) {
            story.run(command);
          }
        }
      }
    }
  }

  @Test
  void shouldShowConfigurationsThatTheNodeReads(@TempDir Path folder) throws IOException {
    int shown = 0;
    for (Block block : Block.all()) {
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
    for (Block block : Block.all()) {
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
