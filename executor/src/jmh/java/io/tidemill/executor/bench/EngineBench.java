package io.tidemill.executor.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The engine benchmark: every kernel metered and unmetered, hot, on the first JIT compiler only and
 * on the first call of a fresh JVM; beside them the interpreter, the Chicory compiler, V8 through
 * Node and the host's C compiler, all in one run. Each measurement has a process of its own.
 */
public final class EngineBench {
  private static final String HELP =
      """
      bench engine [--json] [--millis N] [--kernels a,b]
        --json       close with one JSON object
        --millis N   measure each kernel for N milliseconds (default 2000)
        --kernels    only these kernels
      Times are in milliseconds. V8 needs node, native needs gcc; without them their columns stay empty.
      """;

  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:CompilerThreadStackSize=16384",
          "-XX:-DontCompileHugeMethods",
          "-XX:+UseSerialGC",
          "-Xmx1g");

  private final Path work;
  private final int millis;
  private final boolean hasNative;

  private EngineBench(Path work, int millis) {
    this.work = work;
    this.millis = millis;
    this.hasNative = buildNative();
  }

  /** Figures of one kernel, in nanoseconds but for fuel; NaN where a peer is absent. */
  record Row(Kernel kernel, Map<String, Double> figures) {
    double get(String name) {
      return figures.getOrDefault(name, Double.NaN);
    }
  }

  /** Entry point. */
  public static void main(String[] arguments) throws IOException {
    final List<String> words = Arrays.asList(arguments);
    if (words.contains("--help")) {
      System.out.print(HELP);
      return;
    }
    final int millis = Integer.parseInt(option(words, "--millis", "2000"));
    final List<String> only = List.of(option(words, "--kernels", "").split(","));
    final EngineBench bench = new EngineBench(Files.createTempDirectory("tidemill-bench"), millis);
    final List<Row> rows = new ArrayList<>();
    System.out.printf(
        "%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s%n",
        "kernel",
        "metered",
        "unmetered",
        "C1",
        "cold",
        "cold hot",
        "interp.",
        "Chicory",
        "V8",
        "gcc");
    for (Kernel kernel : Kernel.values()) {
      if (only.contains("") || only.contains(kernel.file())) {
        final Row row = bench.measure(kernel);
        rows.add(row);
        System.out.println(line(row));
      }
    }
    final String[] costs = bench.java(List.of(), "EngineCosts").split(" ");
    System.out.printf(
        "fresh call %s us, host call %s ns, compile %s ms/KiB, instance %s bytes, module %s bytes%n",
        (Object[]) costs);
    if (words.contains("--json")) {
      System.out.println(json(rows, costs));
    }
  }

  private static String option(List<String> words, String name, String otherwise) {
    final int at = words.indexOf(name);
    return at < 0 || at + 1 == words.size() ? otherwise : words.get(at + 1);
  }

  private Row measure(Kernel kernel) throws IOException {
    final Map<String, Double> figures = new LinkedHashMap<>();
    final double[] metered = probe(List.of(), "metered", kernel, kernel.work(), millis);
    figures.put("metered", metered[0]);
    figures.put("fuel", metered[2]);
    figures.put("unmetered", probe(List.of(), "unmetered", kernel, kernel.work(), millis)[0]);
    final List<String> c1 = List.of("-XX:TieredStopAtLevel=1");
    figures.put("c1", probe(c1, "metered", kernel, kernel.work(), millis)[0]);
    final double[] cold = probe(List.of(), "metered", kernel, kernel.coldWork(), millis);
    figures.put("cold_first", cold[1]);
    figures.put("cold_hot", cold[0]);
    figures.put("cold_fuel", cold[2]);
    final double[] slow = probe(List.of(), "interpreter", kernel, kernel.coldWork(), millis);
    figures.put("interpreter_cold_work", slow[0]);
    figures.put("interpreter_fuel_per_s", slow[2] / slow[0] * 1e9);
    figures.put("chicory", probe(List.of(), "chicory", kernel, kernel.work(), millis)[0]);
    peers(kernel, figures);
    return new Row(kernel, figures);
  }

  private double[] probe(
      List<String> flags, String variant, Kernel kernel, int amount, int duration) {
    final String output =
        java(
            flags,
            "EngineProbe",
            variant,
            kernel.file(),
            Integer.toString(amount),
            Integer.toString(duration));
    return Arrays.stream(output.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private void peers(Kernel kernel, Map<String, Double> figures) throws IOException {
    final Path wasm = Files.write(work.resolve(kernel.file() + ".wasm"), kernel.wasm());
    final Path script = work.resolve("v8.mjs");
    try (InputStream in = EngineBench.class.getResourceAsStream("/kernels/v8.mjs")) {
      Files.write(script, in.readAllBytes());
    }
    final String amount = Integer.toString(kernel.work());
    final String v8 =
        output(
            List.of("node", script.toString(), wasm.toString(), amount, Integer.toString(millis)));
    if (!v8.isEmpty()) {
      figures.put("v8", Double.parseDouble(v8.split(" ")[0]));
    }
    if (hasNative) {
      final String best = output(List.of(work.resolve(kernel.file()).toString(), amount, "9"));
      figures.put("native", Double.parseDouble(best.replaceAll(".*best_ns\": (\\d+).*", "$1")));
    }
  }

  private boolean buildNative() {
    for (String folder : List.of("executor/src/jmh/c", "src/jmh/c")) {
      if (Files.exists(Path.of(folder, "build.sh"))) {
        output(List.of("sh", folder + "/build.sh", work.toString()));
        return Files.exists(work.resolve("alu"));
      }
    }
    return false;
  }

  private String java(List<String> flags, String program, String... arguments) {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.tidemill.executor.bench." + program);
    command.addAll(List.of(arguments));
    final String output = output(command);
    if (output.isEmpty()) {
      throw new IllegalStateException(program + " " + List.of(arguments) + " failed");
    }
    return output;
  }

  /** The last line of what a command prints; empty when it fails or does not exist. */
  private static String output(List<String> command) {
    try {
      final Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      final String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? text.substring(text.lastIndexOf('\n') + 1) : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private static String line(Row row) {
    final StringBuilder line = new StringBuilder(String.format("%-8s", row.kernel().file()));
    for (String name :
        List.of(
            "metered",
            "unmetered",
            "c1",
            "cold_first",
            "cold_hot",
            "interpreter_cold_work",
            "chicory",
            "v8",
            "native")) {
      line.append(String.format(Locale.ROOT, " %9.3f", row.get(name) / 1e6));
    }
    return line.toString();
  }

  private static double geomean(List<Row> rows, ToDoubleFunction<Row> ratio) {
    return Math.exp(
        rows.stream()
            .mapToDouble(ratio)
            .filter(r -> !Double.isNaN(r))
            .map(Math::log)
            .average()
            .orElse(Double.NaN));
  }

  private static double worst(List<Row> rows, ToDoubleFunction<Row> ratio) {
    return rows.stream().mapToDouble(ratio).filter(r -> !Double.isNaN(r)).max().orElse(Double.NaN);
  }

  private static String json(List<Row> rows, String[] costs) {
    final Map<String, Double> totals = new LinkedHashMap<>();
    ratios(totals, "metered_over_unmetered", rows, r -> r.get("metered") / r.get("unmetered"));
    ratios(totals, "compiled_over_v8", rows, r -> r.get("metered") / r.get("v8"));
    ratios(
        totals, "compiled_over_chicory_compiler", rows, r -> r.get("metered") / r.get("chicory"));
    ratios(totals, "compiled_over_native", rows, r -> r.get("metered") / r.get("native"));
    ratios(totals, "c1_over_hot", rows, r -> r.get("c1") / r.get("metered"));
    ratios(totals, "first_call_over_hot", rows, r -> r.get("cold_first") / r.get("cold_hot"));
    totals.put("interpreter_fuel_per_s", geomean(rows, r -> r.get("interpreter_fuel_per_s")));
    totals.put("fresh_call_us", Double.parseDouble(costs[0]));
    totals.put("host_call_ns", Double.parseDouble(costs[1]));
    totals.put("compile_ms_per_kib", Double.parseDouble(costs[2]));
    totals.put("instance_bytes", Double.parseDouble(costs[3]));
    totals.put("module_bytes", Double.parseDouble(costs[4]));
    final StringBuilder text = new StringBuilder("{");
    totals.forEach((name, value) -> text.append(field(name, value)).append(", "));
    text.append("\"kernels\": [");
    for (int i = 0; i < rows.size(); i++) {
      text.append(i == 0 ? "{" : ", {");
      text.append("\"kernel\": \"").append(rows.get(i).kernel().file()).append('"');
      rows.get(i).figures().forEach((name, value) -> text.append(", ").append(field(name, value)));
      text.append('}');
    }
    return text.append("]}").toString();
  }

  private static void ratios(
      Map<String, Double> totals, String name, List<Row> rows, ToDoubleFunction<Row> ratio) {
    totals.put(name + "_geomean", geomean(rows, ratio));
    totals.put(name + "_worst", worst(rows, ratio));
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
