package io.tidemill.server.author;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which compilers of contracts this machine has. Committed modules are compared byte for byte only
 * with the compiler version that made them.
 */
final class ContractToolchain {
  private ContractToolchain() {}

  private record Tool(String command, String version) {}

  /** What keeps the contract in {@code folder} from being rebuilt here; empty when nothing does. */
  static String missing(Path folder) throws IOException {
    for (Tool tool : tools(folder)) {
      final String version = version(tool.command());
      if (version.isEmpty()) {
        return tool.command() + " is not installed";
      }
      if (!version.contains(tool.version())) {
        return "it was built with "
            + tool.command()
            + " "
            + tool.version()
            + ", here is: "
            + version.lines().findFirst().orElse("");
      }
    }
    return "";
  }

  private static List<Tool> tools(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      final String names = String.join(" ", files.map(f -> f.getFileName().toString()).toList());
      if (names.contains(".c ") || names.endsWith(".c")) {
        return List.of(
            new Tool("clang", "clang version 14.0.6"), new Tool("wasm-ld", "LLD 14.0.6"));
      }
      if (names.contains(".ts")) {
        return List.of(new Tool("asc", "Version 0.28.20"));
      }
      if (names.contains(".rs")) {
        return List.of(new Tool("rustc", "rustc 1.63.0"));
      }
      if (names.contains(".go")) {
        return List.of(new Tool("tinygo", ""));
      }
      return List.of(new Tool("wat2wasm", "1.0.32"));
    }
  }

  /** Where {@code .ci/tools} puts what comes from npm. */
  private static final Path NPM_TOOLS = Path.of("..", "target", "tools", "node_modules", ".bin");

  private static String version(String command) {
    final Path local = NPM_TOOLS.resolve(command);
    final String found = Files.isExecutable(local) ? local.toString() : command;
    try {
      final Process process =
          new ProcessBuilder(found, "--version").redirectErrorStream(true).start();
      final String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
