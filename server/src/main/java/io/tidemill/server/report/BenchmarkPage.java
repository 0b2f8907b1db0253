package io.tidemill.server.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code docs/benchmarks.md} and its plots. */
public final class BenchmarkPage {
  private static final List<String> SUBJECTS =
      List.of("engine", "host", "wave", "state", "parallel", "edge");
  private static final String INTRODUCTION =
      """
      # Benchmarks

      Made by `./tidemill bench report` from the files in [benchmarks](benchmarks), which `./tidemill bench record SUBJECT` writes; nothing here is typed
      by hand. Every figure was measured on the machine and commit named above its table; other machines differ.

      **Rates are published as a third of the measured sustained peak**, so that whoever plans with them has room. The files have what was measured.
      Bars that reach the line reach the goal.
      """;

  private BenchmarkPage() {}

  /**
   * The page and its plots by path below {@code docs}.
   *
   * @param docs the folder of the documentation
   */
  public static Map<String, String> files(Path docs) throws IOException {
    final Path folder = docs.resolve("benchmarks");
    final Map<String, String> files = new LinkedHashMap<>();
    final StringBuilder page = new StringBuilder(INTRODUCTION);
    for (String subject : SUBJECTS) {
      final Path file = folder.resolve(subject + ".json");
      if (Files.exists(file)) {
        final Measurement measurement = Measurement.read(file, folder.resolve("goals.yaml"));
        section(page, measurement);
        files.put("benchmarks/" + subject + ".svg", Plot.of(measurement));
      }
    }
    files.put("benchmarks.md", page.toString());
    return files;
  }

  private static void section(StringBuilder page, Measurement measurement) {
    page.append("\n## ").append(measurement.subject()).append("\n\n");
    page.append("Commit ").append(measurement.commit()).append(", ").append(measurement.date());
    page.append(", ").append(measurement.machine()).append(".\n\n");
    page.append("![figures against their goals](benchmarks/")
        .append(measurement.subject())
        .append(".svg)\n\n| Figure | Published | Goal | Reached | |\n|---|---|---|---|---|\n");
    for (Figure figure : measurement.figures()) {
      page.append("| `").append(figure.name()).append("` | ").append(figure.published());
      page.append(figure.rate() ? " (a third)" : "").append(" | ").append(figure.goalText());
      page.append(" | ")
          .append(figure.goal() == null ? "" : figure.reached() ? "yes" : "no")
          .append(" | ")
          .append(figure.meaning())
          .append(" |\n");
    }
  }
}
