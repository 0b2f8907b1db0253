package io.tidemill.executor.wasm.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of the test class path in a JVM of its own, with the flags of the project. */
final class ForkedJvm {
  private ForkedJvm() {}

  /** How it ended; 128 and more is a signal, so a crash of the JVM. */
  record Exit(int status, String output) {}

  static Exit run(List<String> flags, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:CompilerThreadStackSize=16384",
            "-XX:-DontCompileHugeMethods",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+UseSerialGC",
            "-Xmx1g"));
    command.addAll(flags);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      final String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Exit(process.waitFor(), text);
    } finally {
      process.destroyForcibly();
    }
  }
}
