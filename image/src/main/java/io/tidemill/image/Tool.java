package io.tidemill.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs programs of the machine. */
final class Tool {
  private Tool() {}

  /**
   * Runs {@code command} in {@code folder} and gives what it printed.
   *
   * @throws ImageException if it cannot be started or fails; the message has the end of its output
   */
  static String run(Path folder, List<String> command) {
    try {
      final Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      final String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      final int code = process.waitFor();
      if (code != 0) {
        final String tail = output.substring(Math.max(0, output.length() - 2_000)).strip();
        throw new ImageException(
            command.getFirst() + " failed with exit code " + code + ": " + tail);
      }
      return output;
    } catch (IOException e) {
      throw new ImageException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException("interrupted while running " + command.getFirst(), e);
    }
  }
}
