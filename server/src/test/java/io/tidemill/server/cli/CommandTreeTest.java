package io.tidemill.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Every command of the command line: how it helps, what it calls a mistake, how scripts read it.
 */
class CommandTreeTest {
  /** Commands whose output is the thing itself, in a format of its own. */
  private static final Set<String> OWN_FORMAT =
      Set.of(
          "bench-report", // files
          "config print", // YAML
          "contract abi", // JSON as it is
          "wasm instrument", // a module
          "contract vector",
          "contract falcon");

  private record Run(int code, String out, String err) {}

  private static Run run(List<String> words) {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new Run(line.execute(words.toArray(String[]::new)), out.toString(), err.toString());
  }

  static Stream<String> commands() {
    final Set<String> all = new LinkedHashSet<>();
    collect(Tidemill.commandLine(), "", all);
    return all.stream();
  }

  private static void collect(CommandLine line, String path, Set<String> all) {
    if (!path.isEmpty()) {
      all.add(path);
    }
    line.getSubcommands()
        .forEach((name, below) -> collect(below, path.isEmpty() ? name : path + " " + name, all));
  }

  private static List<String> words(String path, String... more) {
    final List<String> words = new ArrayList<>(List.of(path.split(" ", -1)));
    words.addAll(List.of(more));
    return words;
  }

  private static CommandLine at(String path) {
    CommandLine line = Tidemill.commandLine();
    for (String word : path.split(" ", -1)) {
      line = line.getSubcommands().get(word);
    }
    return line;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldHelp(String path) {
    for (String option : List.of("--help", "-h")) {
      final Run run = run(words(path, option));
      assertThat(run.code()).as(path + ": " + run.err()).isZero();
      assertThat(run.out()).startsWith("Usage: tidemill " + path);
      assertThat(run.err()).isEmpty();
      assertThat(run.out().lines().mapToInt(String::length).max().orElse(0))
          .as("the widest line of %s", path)
          .isLessThanOrEqualTo(100);
    }
    final var spec = at(path).getCommandSpec();
    assertThat(String.join(" ", spec.usageMessage().description())).as(path).matches("[A-Z].*\\.");
    final List<ArgSpec> arguments = new ArrayList<>(spec.options());
    arguments.addAll(spec.positionalParameters());
    for (ArgSpec argument : arguments) {
      final String name =
          argument instanceof OptionSpec option
              ? option.longestName()
              : ((PositionalParamSpec) argument).paramLabel();
      assertThat(String.join(" ", argument.description()))
          .as(path + " " + name)
          .matches("(?s)[^ ].*[.:]");
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldCallAnUnknownOptionAUsageError(String path) {
    final Run run = run(words(path, "--no-such-option"));
    assertThat(run.code()).as(path).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    // What is missing is said first.
    assertThat(run.err())
        .containsAnyOf("--no-such-option", "Missing required")
        .contains("tidemill " + path);
  }

  @Test
  void shouldAnswerScriptsInJson() {
    final List<String> without =
        commands()
            .filter(path -> at(path).getSubcommands().isEmpty())
            .filter(path -> !OWN_FORMAT.contains(path))
            .filter(path -> at(path).getCommandSpec().findOption("--json") == null)
            .toList();
    assertThat(without).isEmpty();
  }

  @Test
  void shouldSuggestACommandThatIsNearlyWhatWasTyped() {
    for (List<String> words : List.of(List.of("demmo"), List.of("dev", "deplyo"))) {
      final Run run = run(words);
      assertThat(run.code()).as(words.toString()).isEqualTo(2);
      assertThat(run.err()).containsIgnoringCase("did you mean");
    }
  }
}
