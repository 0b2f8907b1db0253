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
import java.util.stream.Stream;

/**
 * The engine benchmark: every kernel metered and unmetered, hot, on the first JIT compiler only and
 * on the first call of a fresh JVM; beside them the interpreter, the Chicory compiler, V8 through
 * Node and the host's C compiler, all in one run.
 *
 * <p>All times are processor time of the thread that runs, so that a busy machine does not count.
 * Metered code, unmetered code and the Chicory compiler take turns in one JVM; everything else has
 * a process of its own. All of it is repeated in rounds, and a figure is the median of the best
 * times of the rounds: a JIT does not make the same code in every JVM.
 */
public final class EngineBench {
  private static final String HELP =
      """
      bench engine [--json] [--millis N] [--rounds N] [--kernels a,b]
        --json       close with one JSON object
        --millis N   processor time of each kernel, variant and round (default 700)
        --rounds N   fresh processes for everything (default 3)
        --kernels    only these kernels; token is one of them
      Times are milliseconds of processor time. V8 needs node, native needs gcc; without them their
      columns stay empty, as they do for the token, which needs our host.
      """;

  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:CompilerThreadStackSize=16384",
          "-XX:-DontCompileHugeMethods",
          "-XX:+UseSerialGC",
          "-Xmx1g");

  private static final String C1 = "-XX:TieredStopAtLevel=1";

  private final Path work;
  private final int millis;
  private final int rounds;
  private final boolean hasNative;

  private EngineBench(Path work, int millis, int rounds) {
    this.work = work;
    this.millis = millis;
    this.rounds = rounds;
    this.hasNative = buildNative();
  }

  /** What is measured: a kernel, or the transfers of a token. */
  private record Subject(String name, int work, int coldWork, boolean token) {
    static Stream<Subject> all() {
      return Stream.concat(
          Arrays.stream(Kernel.values())
              .map(kernel -> new Subject(kernel.file(), kernel.work(), kernel.coldWork(), false)),
          Stream.of(
              new Subject(
                  TokenTransfers.NAME, TokenTransfers.WORK, TokenTransfers.COLD_WORK, true)));
    }
  }

  /** Entry point. */
  public static void main(String[] arguments) throws IOException {
    final List<String> words = Arrays.asList(arguments);
    if (words.contains("--help") || words.contains("-h")) {
      System.out.print(HELP);
      return;
    }
    final int millis = Integer.parseInt(option(words, "--millis", "700"));
    final int rounds = Integer.parseInt(option(words, "--rounds", "3"));
    final List<String> only = List.of(option(words, "--kernels", "").split(","));
    final EngineBench bench =
        new EngineBench(Files.createTempDirectory("tidemill-bench"), millis, rounds);
    final EngineReport report = new EngineReport();
    System.out.println(EngineReport.HEADER);
    for (Subject subject : Subject.all().toList()) {
      if (only.contains("") || only.contains(subject.name())) {
        System.out.println(report.add(subject.name(), bench.measure(subject)));
      }
    }
    report.costs(bench.medianCosts());
    System.out.println(report.costs());
    if (words.contains("--json")) {
      System.out.println(report.json());
    }
  }

  private static String option(List<String> words, String name, String otherwise) {
    final int at = words.indexOf(name);
    return at < 0 || at + 1 == words.size() ? otherwise : words.get(at + 1);
  }

  private Map<String, Double> measure(Subject subject) throws IOException {
    final List<Map<String, Double>> all = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      all.add(round(subject));
    }
    return medians(all);
  }

  private static Map<String, Double> medians(List<Map<String, Double>> rounds) {
    final Map<String, Double> medians = new LinkedHashMap<>();
    for (String name : rounds.getFirst().keySet()) {
      final double[] values = rounds.stream().mapToDouble(round -> round.get(name)).toArray();
      Arrays.sort(values);
      medians.put(name, values[values.length / 2]);
    }
    return medians;
  }

  private Map<String, Double> round(Subject subject) throws IOException {
    final Map<String, Double> figures = new LinkedHashMap<>();
    final String variants = subject.token() ? "metered,unmetered" : "metered,unmetered,chicory";
    final double[][] hot = probe(List.of(), variants, subject, subject.work());
    figures.put("metered", hot[0][0]);
    figures.put("fuel", hot[0][2]);
    figures.put("unmetered", hot[1][0]);
    figures.put("c1", probe(List.of(C1), "metered", subject, subject.work())[0][0]);
    final double[] cold = probe(List.of(), "metered", subject, subject.coldWork())[0];
    figures.put("cold_first", cold[1]);
    figures.put("cold_hot", cold[0]);
    figures.put("cold_fuel", cold[2]);
    final double[] slow = probe(List.of(), "interpreter", subject, subject.coldWork())[0];
    figures.put("interpreter", slow[0]);
    figures.put("interpreter_fuel_per_s", slow[2] / slow[0] * 1e9);
    if (!subject.token()) {
      figures.put("chicory", hot[2][0]);
      peers(subject, figures);
    }
    return figures;
  }

  private double[][] probe(List<String> flags, String variants, Subject subject, int amount) {
    final String output =
        java(
            flags,
            "EngineProbe",
            variants,
            subject.name(),
            Integer.toString(amount),
            Integer.toString(millis));
    return output
        .lines()
        .map(line -> Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray())
        .toArray(double[][]::new);
  }

  private Map<String, Double> medianCosts() {
    final List<Map<String, Double>> all = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      final Map<String, Double> costs = new LinkedHashMap<>();
      for (String word : java(List.of(), "EngineCosts").split(" ")) {
        final int equals = word.indexOf('=');
        costs.put(word.substring(0, equals), Double.valueOf(word.substring(equals + 1)));
      }
      all.add(costs);
    }
    return medians(all);
  }

  private void peers(Subject subject, Map<String, Double> figures) throws IOException {
    final Kernel kernel = Kernel.valueOf(subject.name().toUpperCase(Locale.ROOT));
    final Path wasm = Files.write(work.resolve(subject.name() + ".wasm"), kernel.wasm());
    final Path script = work.resolve("v8.mjs");
    try (InputStream in = EngineBench.class.getResourceAsStream("/kernels/v8.mjs")) {
      Files.write(script, in.readAllBytes());
    }
    final String amount = Integer.toString(subject.work());
    final String v8 =
        output(
            List.of("node", script.toString(), wasm.toString(), amount, Integer.toString(millis)));
    if (!v8.isEmpty()) {
      figures.put("v8", Double.parseDouble(v8.split(" ")[0]));
    }
    if (hasNative) {
      final String best = output(List.of(work.resolve(subject.name()).toString(), amount, "9"));
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

  /** What a command prints; empty when it fails or does not exist. */
  private static String output(List<String> command) {
    try {
      final Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      final String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
