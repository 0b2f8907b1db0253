package io.tidemill.server.report;

import java.util.List;
import java.util.Locale;

/** Figures against their goals as an SVG of bars: the line is the goal, longer is better. */
final class Plot {
  private static final int ROW = 26;
  private static final int LEFT = 310;
  private static final int GOAL_AT = 240;
  private static final int MAXIMUM = 400;
  private static final int RIGHT = 90;

  private Plot() {}

  static String of(Measurement measurement) {
    final List<Figure> rows =
        measurement.figures().stream().filter(figure -> figure.goal() != null).toList();
    final int height = 56 + rows.size() * ROW;
    final int width = LEFT + MAXIMUM + RIGHT;
    final StringBuilder svg = new StringBuilder(2_000);
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"13\">%n<title>%s: figures against their goals</title>%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n"
                + "<text x=\"12\" y=\"24\" font-size=\"15\" fill=\"#1c2b33\">%s</text>%n",
            width,
            height,
            measurement.subject(),
            width,
            height,
            measurement.subject()));
    for (int i = 0; i < rows.size(); i++) {
      final Figure figure = rows.get(i);
      final int y = 42 + i * ROW;
      final int length = Math.clamp(Math.round(figure.score() * GOAL_AT), 2, MAXIMUM);
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1c2b33\">%s</text>%n"
                  + "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" rx=\"2\" fill=\"%s\"/>%n"
                  + "<text x=\"%d\" y=\"%d\" fill=\"#4a5b64\">%s</text>%n",
              LEFT - 10,
              y + 13,
              figure.name(),
              LEFT,
              y,
              length,
              figure.reached() ? "#1f6f8b" : "#c8553d",
              LEFT + length + 8,
              y + 13,
              figure.published()));
    }
    final int line = LEFT + GOAL_AT;
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%d\" y1=\"32\" x2=\"%d\" y2=\"%d\" stroke=\"#1c2b33\" stroke-dasharray=\"4 3\"/>%n"
                + "<text x=\"%d\" y=\"26\" text-anchor=\"middle\" fill=\"#4a5b64\">goal</text>%n</svg>%n",
            line,
            line,
            height - 12,
            line));
    return svg.toString();
  }
}
