package io.tidemill.executor.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The figures of {@link EngineBench} as lines for a person and as one object for a script. */
final class EngineReport {
  /** The columns of the lines. */
  static final String HEADER =
      "kernel     metered unmetered        C1      cold  cold hot   interp.   Chicory        V8"
          + "       gcc";

  private static final List<String> COLUMNS =
      List.of(
          "metered",
          "unmetered",
          "c1",
          "cold_first",
          "cold_hot",
          "interpreter",
          "chicory",
          "v8",
          "native");

  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Double> costs = new LinkedHashMap<>();

  /** Figures of one kernel, in nanoseconds but for fuel; NaN where a peer is absent. */
  private record Row(String kernel, Map<String, Double> figures) {
    double get(String name) {
      return figures.getOrDefault(name, Double.NaN);
    }
  }

  /** Takes the figures of a kernel and returns its line. */
  String add(String kernel, Map<String, Double> figures) {
    final Row row = new Row(kernel, figures);
    rows.add(row);
    final StringBuilder line = new StringBuilder(String.format("%-8s", kernel));
    for (String name : COLUMNS) {
      line.append(
          figures.containsKey(name)
              ? String.format(Locale.ROOT, " %9.3f", row.get(name) / 1e6)
              : "         -");
    }
    return line.toString();
  }

  void costs(Map<String, Double> measured) {
    costs.putAll(measured);
  }

  /** The costs beside the kernels, in words. */
  String costs() {
    return String.format(
        Locale.ROOT,
        "fresh call %.2f us, host call %.1f ns, compile %.2f ms/KiB, from artefacts %.2f, hostile bytes refused in %.1f"
            + " ms and %.1f MiB, instance %.0f bytes, cached module %.0f bytes",
        costs.get("fresh_call_us"),
        costs.get("host_call_ns"),
        costs.get("compile_ms_per_kib"),
        costs.get("warm_restart_ms_per_kib"),
        costs.get("hostile_refused_ms"),
        costs.get("hostile_refused_mib"),
        costs.get("instance_bytes"),
        costs.get("cached_module_bytes"));
  }

  private double geomean(ToDoubleFunction<Row> ratio) {
    return Math.exp(
        rows.stream()
            .mapToDouble(ratio)
            .filter(r -> !Double.isNaN(r))
            .map(Math::log)
            .average()
            .orElse(Double.NaN));
  }

  private double worst(ToDoubleFunction<Row> ratio) {
    return rows.stream().mapToDouble(ratio).filter(r -> !Double.isNaN(r)).max().orElse(Double.NaN);
  }

  /** One object on one line. */
  String json() {
    final Map<String, Double> totals = new LinkedHashMap<>();
    ratio(totals, "metered_over_unmetered", "metered", "unmetered");
    ratio(totals, "compiled_over_v8", "metered", "v8");
    ratio(totals, "compiled_over_chicory_compiler", "metered", "chicory");
    ratio(totals, "compiled_over_native", "metered", "native");
    ratio(totals, "c1_over_hot", "c1", "metered");
    ratio(totals, "first_call_over_hot", "cold_first", "cold_hot");
    totals.put("interpreter_fuel_per_s", geomean(r -> r.get("interpreter_fuel_per_s")));
    totals.putAll(costs);
    final StringBuilder text = new StringBuilder("{");
    totals.forEach((name, value) -> text.append(field(name, value)).append(", "));
    text.append("\"kernels\": [");
    for (int i = 0; i < rows.size(); i++) {
      text.append(i == 0 ? "{" : ", {");
      text.append("\"kernel\": \"").append(rows.get(i).kernel()).append('"');
      rows.get(i).figures().forEach((name, value) -> text.append(", ").append(field(name, value)));
      text.append('}');
    }
    return text.append("]}").toString();
  }

  private void ratio(Map<String, Double> totals, String name, String above, String below) {
    final ToDoubleFunction<Row> ratio = row -> row.get(above) / row.get(below);
    totals.put(name + "_geomean", geomean(ratio));
    totals.put(name + "_worst", worst(ratio));
  }

  private static String field(String name, double value) {
    final String number =
        Double.isNaN(value)
            ? "null"
            : value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4f", value);
    return "\"" + name + "\": " + number;
  }
}
