package io.tidemill.executor.wasm.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemill.executor.wasm.LinkingEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Runs all {@code .wast} scripts below a folder. Scripts are turned into binaries by {@code
 * wast2json} of wabt, which must be on the path.
 */
public final class SpecRunner {
  private static final String CONVERTER = "wast2json";
  private static final long STACK_BYTES = 1L << 30;

  private final Supplier<LinkingEngine> engines;
  private final SpecDeviations deviations = new SpecDeviations();

  /**
   * A runner on a backend.
   *
   * @param engines a fresh engine for every script
   */
  public SpecRunner(Supplier<LinkingEngine> engines) {
    this.engines = engines;
  }

  /** Whether {@code wast2json} can be started. */
  public static boolean converterPresent() {
    try {
      final Process process =
          new ProcessBuilder(CONVERTER, "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Runs every script below {@code folder}, in order of their paths.
   *
   * @param progress gets one line per script
   */
  public SpecReport runAll(Path folder, Consumer<String> progress) throws IOException {
    final List<Path> scripts;
    try (Stream<Path> files = Files.walk(folder)) {
      scripts = files.filter(file -> file.toString().endsWith(".wast")).sorted().toList();
    }
    SpecReport total = new SpecReport(0, List.of(), 0, List.of());
    for (Path script : scripts) {
      final SpecReport report = run(script);
      progress.accept(name(script) + ": " + report.summary());
      total = total.plus(report);
    }
    return total;
  }

  /** Runs one script. */
  public SpecReport run(Path script) throws IOException {
    final String name = name(script);
    final String reason = deviations.reason(name);
    if (reason != null) {
      return new SpecReport(0, List.of(), 1, List.of(name + ": " + reason));
    }
    final Path work = Files.createTempDirectory("tidemill-spec");
    try {
      final Path json = work.resolve("script.json");
      final String complaint = convert(script, json);
      if (complaint != null) {
        return new SpecReport(0, List.of(), 1, List.of(name + ": " + complaint));
      }
      final JsonNode commands = new ObjectMapper().readTree(json.toFile()).get("commands");
      return onLargeStack(
          () -> new SpecScript(engines.get(), deviations, name, work).run(commands));
    } finally {
      delete(work);
    }
  }

  /** The folder and file name of a script: what deviations call it. */
  private static String name(Path script) {
    final Path folder = script.toAbsolutePath().getParent();
    return (folder == null ? "" : folder.getFileName() + "/") + script.getFileName();
  }

  private static @org.jspecify.annotations.Nullable String convert(Path script, Path json)
      throws IOException {
    final Process process =
        new ProcessBuilder(CONVERTER, script.toString(), "-o", json.toString())
            .redirectErrorStream(true)
            .start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() == 0) {
        return null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    final String first = output.lines().findFirst().orElse("no output");
    return CONVERTER + " cannot convert it: " + first.substring(first.indexOf(": ") + 1).strip();
  }

  private static SpecReport onLargeStack(Supplier<SpecReport> work) {
    final AtomicReference<SpecReport> result = new AtomicReference<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Thread thread =
        new Thread(
            null,
            () -> {
              try {
                result.set(work.get());
              } catch (RuntimeException | Error e) {
                failure.set(e);
              }
            },
            "spec",
            STACK_BYTES);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    final SpecReport report = result.get();
    if (report == null) {
      throw new IllegalStateException("the script could not be run", failure.get());
    }
    return report;
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
