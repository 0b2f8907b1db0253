package io.tidemill.server.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How long {@code ./tidemill dev} takes from the start of its process to its ready line. */
final class DevReady {
  private static final int ROUNDS = 3;

  private DevReady() {}

  /** The best of three starts in milliseconds; empty, after a line that says why, without one. */
  static OptionalLong measure() throws IOException {
    final Path launcher = Path.of("tidemill").toAbsolutePath();
    if (!Files.isExecutable(launcher)) {
      System.err.println("run this from the project's folder; dev_ready_ms is left out");
      return OptionalLong.empty();
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      final long millis = once(launcher);
      if (millis < 0) {
        System.err.println("./tidemill dev does not become ready; dev_ready_ms is left out");
        return OptionalLong.empty();
      }
      best = Math.min(best, millis);
    }
    return OptionalLong.of(best);
  }

  private static long once(Path launcher) throws IOException {
    final long start = System.nanoTime();
    final Process process =
        new ProcessBuilder(
                launcher.toString(), "dev", "--json", "--grpc-port", "0", "--http-port", "0")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.contains("\"http_port\"")) {
        line = lines.readLine();
      }
      return line == null ? -1 : (System.nanoTime() - start) / 1_000_000;
    } finally {
      process.destroy();
    }
  }
}
