package io.tidemill.server.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every command of {@code docs/dev.md} runs and says what the page shows; "..." is anything. */
class DevPageTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  private record Shown(String command, List<String> output) {}

  @TempDir private Path folder;

  @Test
  void shouldRunEveryCommandAsThePageShowsIt() throws IOException {
    final List<Shown> all = shown(page());
    assertThat(all).hasSizeGreaterThan(15);
    try (DevNode dev =
        DevNode.start(DevOptions.FOR_TESTS, new PrintWriter(new StringWriter()), true, false, 0)) {
      System.setProperty("TIDEMILL_RPC", "http://127.0.0.1:" + dev.httpPort());
      for (Shown shown : all) {
        final String said = run(shown.command());
        final String wanted =
            shown.output().stream()
                .map(DevPageTest::pattern)
                .collect(Collectors.joining("\\R", "", "\\R?"));
        assertThat(said)
            .as("$ " + shown.command())
            .matches(Pattern.compile(wanted, Pattern.DOTALL));
      }
    } finally {
      System.clearProperty("TIDEMILL_RPC");
    }
  }

  /** The page, with the files that its commands write in a folder of the test. */
  private String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "dev.md"))
        .replace("state.jsonl", folder.resolve("state.jsonl").toString());
  }

  private static String pattern(String line) {
    return Stream.of(line.split("\\.\\.\\.", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
  }

  private static String run(String command) {
    assertThat(command).startsWith("./tidemill ");
    final List<String> words = new ArrayList<>();
    final Matcher matcher = WORD.matcher(command.substring("./tidemill ".length()));
    while (matcher.find()) {
      words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    final StringWriter out = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    line.execute(words.toArray(String[]::new));
    return out.toString();
  }

  private static List<Shown> shown(String page) {
    final List<Shown> all = new ArrayList<>();
    boolean inside = false;
    for (String line : page.lines().toList()) {
      if (line.startsWith("```")) {
        inside = line.equals("```console");
      } else if (inside && line.startsWith("$ ")) {
        all.add(new Shown(line.substring(2), new ArrayList<>()));
      } else if (inside) {
        all.getLast().output().add(line);
      }
    }
    return all;
  }
}
