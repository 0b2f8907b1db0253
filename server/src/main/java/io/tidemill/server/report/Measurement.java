package io.tidemill.server.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What one run of a benchmark measured, from {@code docs/benchmarks/SUBJECT.json}: {@code subject,
 * commit, date, machine, result}, the result being the last line of {@code bench SUBJECT --json}.
 *
 * @param figures those that {@code goals.yaml} names and the run has, in the order of that file
 */
record Measurement(
    String subject, String commit, String date, String machine, List<Figure> figures) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Reads the measurement in {@code file} with the goals beside it. */
  static Measurement read(Path file, Path goals) throws IOException {
    final JsonNode root = MAPPER.readTree(file.toFile());
    final String subject = root.path("subject").asText();
    final JsonNode result = root.path("result");
    final List<Figure> figures = new ArrayList<>();
    final Object known =
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(goals));
    if (known instanceof Map<?, ?> subjects && subjects.get(subject) instanceof Map<?, ?> rows) {
      rows.forEach(
          (name, row) -> {
            final JsonNode value = result.path(String.valueOf(name));
            if (value.isNumber() && row instanceof Map<?, ?> said) {
              figures.add(figure(String.valueOf(name), said, value.decimalValue()));
            }
          });
    }
    return new Measurement(
        subject,
        root.path("commit").asText(),
        root.path("date").asText(),
        root.path("machine").asText(),
        figures);
  }

  private static Figure figure(String name, Map<?, ?> said, BigDecimal measured) {
    final Object goal = said.get("goal");
    final String[] words = goal == null ? new String[0] : String.valueOf(goal).split(" ", 2);
    return new Figure(
        name,
        String.valueOf(said.get("meaning")),
        measured,
        goal == null ? null : new BigDecimal(words[1]),
        goal != null && words[0].equals(">="),
        Boolean.TRUE.equals(said.get("rate")));
  }
}
