package io.tidemill.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.observe.MetricCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What the chart says about itself is true: its README, its schema, its dashboard and its alerts.
 */
final class ChartDocumentsTest {
  private static final Path FOLDER = Chart.TIDEMILL.folder();
  private static final Pattern METRIC = Pattern.compile("tidemill_[a-z_]+");

  @Test
  void shouldListEveryValueInTheReadme() throws IOException {
    final Path readme = FOLDER.resolve("README.md");
    final String table = ValuesTable.of(Files.readString(FOLDER.resolve("values.yaml")));
    if (Boolean.getBoolean("tidemill.write")) {
      final String before = Files.readString(readme);
      Files.writeString(readme, before.substring(0, before.indexOf(ValuesTable.HEADER)) + table);
    }
    assertThat(Files.readString(readme))
        .as("README.md; write it anew with -Dtidemill.write=true")
        .endsWith(table);
  }

  @Test
  void shouldDescribeEveryKeyOfTheSchemaInTheValues() throws IOException {
    final Map<String, Object> schema =
        Chart.yaml(Files.readString(FOLDER.resolve("values.schema.json")));
    final Map<String, Object> values = Chart.yaml(Files.readString(FOLDER.resolve("values.yaml")));
    final var known = new TreeSet<>(((Map<?, ?>) Chart.at(schema, "properties")).keySet());
    known.remove("global");
    assertThat(known).isEqualTo(new TreeSet<>(values.keySet()));
  }

  @Test
  void shouldAskOnlyForMetricsThatTheNodeHas() throws IOException {
    final List<String> known =
        MetricCatalogue.all().stream().map(metric -> metric.name().replace('.', '_')).toList();
    for (String file : List.of("dashboards/tidemill.json", "templates/prometheusrule.yaml")) {
      final List<String> asked =
          METRIC
              .matcher(Files.readString(FOLDER.resolve(file)))
              .results()
              .map(MatchResult::group)
              .map(name -> name.replaceAll("(_seconds)?(_bucket|_total|_sum|_count)?$", ""))
              .distinct()
              .toList();
      assertThat(asked).as(file).isNotEmpty().isSubsetOf(known);
    }
  }

  @Test
  void shouldExplainEveryAlertOnThePageForOperators() throws IOException {
    final Set<String> explained =
        words(Pattern.compile("(?m)^\\| `(Tidemill[A-Za-z]+)`"), Path.of("../docs/operate.md"));
    final Set<String> raised =
        words(
            Pattern.compile("(?m)- alert: (\\S+)"),
            FOLDER.resolve("templates/prometheusrule.yaml"));
    assertThat(raised).isNotEmpty().isEqualTo(explained);
  }

  private static Set<String> words(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
