package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Java runtime with only the modules that the node uses.
 *
 * @param builder who built the JDK it was linked from, as its release file says
 * @param version its version
 */
record JavaRuntime(String builder, String version) {
  /** Modules that nothing names in byte code: flight recorder, crash analysis, file systems. */
  private static final List<String> ALWAYS =
      List.of("jdk.jfr", "jdk.unsupported", "jdk.management", "jdk.zipfs", "jdk.net");

  private static final Set<String> NOT_COPIED = Set.of("jmods", "include", "man", "demo", "sample");

  /**
   * Puts the runtime into {@code target}, which must not exist.
   *
   * @param jars whose modules are needed
   * @param foreign a JDK 25 for {@code platform} when that is not this machine's: its modules are
   *     linked when it has a folder jmods, else it is copied
   */
  static JavaRuntime install(
      Platform platform, List<Path> jars, @Nullable Path foreign, Path target) throws IOException {
    final Path here = Path.of(System.getProperty("java.home"));
    if (platform == Platform.here() && foreign == null) {
      link(here, modules(here, jars), List.of(), target);
      return of(here);
    }
    if (foreign == null) {
      throw new ImageException("no JDK for " + platform.oci());
    }
    final JavaRuntime runtime = of(foreign);
    if (!runtime.version.startsWith("25")) {
      throw new ImageException(foreign + " is Java " + runtime.version + "; the node needs 25");
    }
    final Path jmods = foreign.resolve("jmods");
    if (Files.isDirectory(jmods)) {
      link(here, modules(here, jars), List.of("--module-path", jmods.toString()), target);
    } else {
      copy(foreign, target);
    }
    return runtime;
  }

  private static Set<String> modules(Path jdk, List<Path> jars) {
    final List<String> command =
        new ArrayList<>(
            List.of(
                jdk.resolve("bin/jdeps").toString(),
                "--print-module-deps",
                "--ignore-missing-deps",
                "--multi-release",
                "25",
                // Jars that are modules look for those they require there.
                "--module-path",
                jars.stream().map(Path::toString).collect(Collectors.joining(":"))));
    jars.forEach(jar -> command.add(jar.toString()));
    final Set<String> modules = new TreeSet<>(ALWAYS);
    final String[] lines = Tool.run(jdk, command).strip().split("\n");
    for (String module : lines[lines.length - 1].strip().split(",")) {
      modules.add(module);
    }
    return modules;
  }

  private static void link(Path jdk, Set<String> modules, List<String> options, Path target) {
    final List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/jlink").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "--add-modules",
            String.join(",", modules),
            // Not --strip-debug: it runs this machine's objcopy on what may be another's binaries.
            "--strip-java-debug-attributes",
            "--exclude-files=**.debuginfo,**.diz",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            target.toString()));
    Tool.run(jdk, command);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        final Path relative = from.relativize(file);
        if (NOT_COPIED.contains(relative.getName(0).toString())) {
          continue;
        }
        final Path target = to.resolve(relative.toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static JavaRuntime of(Path jdk) throws IOException {
    final Properties release = new Properties();
    try (var in = Files.newBufferedReader(jdk.resolve("release"))) {
      release.load(in);
    } catch (IOException e) {
      throw new ImageException(jdk + " is not a JDK: it has no readable file release", e);
    }
    return new JavaRuntime(property(release, "IMPLEMENTOR"), property(release, "JAVA_VERSION"));
  }

  private static String property(Properties release, String name) {
    return release.getProperty(name, "").replace("\"", "");
  }
}
