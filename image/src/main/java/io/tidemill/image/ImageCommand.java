package io.tidemill.image;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemill image}: writes the container image as OCI archives, one per processor. */
@Command(
    name = "tidemill image",
    description = {
      "Build the container image as an OCI archive, without a daemon.",
      "Load it with: podman load -i FILE, skopeo copy oci-archive:FILE DESTINATION"
    },
    sortOptions = false)
public final class ImageCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--home", hidden = true, required = true)
  private Path home;

  @Option(names = "--jvm-flags", hidden = true, defaultValue = "")
  private String jvmFlags;

  @Option(
      names = "--platform",
      split = ",",
      paramLabel = "NAME",
      description = "amd64 or arm64, or both with a comma; the default is this machine's.")
  private List<Platform> platforms = List.of();

  @Option(
      names = "--jdk-amd64",
      paramLabel = "DIR",
      description = {
        "A JDK 25 for Linux on amd64, when this machine is another; the default is the one of Debian,",
        "which is downloaded once (360 MB) and kept in target/debian."
      })
  private @Nullable Path jdkAmd64;

  @Option(names = "--jdk-arm64", paramLabel = "DIR", description = "The same for arm64.")
  private @Nullable Path jdkArm64;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the archives go; the default is target/images.")
  private @Nullable Path output;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "tidemill:0.1.0",
      description = "Name and tag of the image; the default is ${DEFAULT-VALUE}.")
  private String name;

  @Option(names = "--json", description = "Say what was written as one JSON object per archive.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  private ImageCommand() {}

  /** Builds the images; the process ends with 0, 1 when it failed, 2 when called wrongly. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ImageCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (failure, line, parsed) -> {
                  line.getErr().println("tidemill: " + failure.getMessage());
                  return ExitCode.SOFTWARE;
                })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException {
    final Path folder =
        Files.createDirectories(output != null ? output : home.resolve("target/images"));
    for (Platform platform : wanted()) {
      final Path tar = folder.resolve("tidemill-" + platform.oci() + ".tar");
      build(platform, tar);
    }
    return ExitCode.OK;
  }

  private List<Platform> wanted() {
    if (!platforms.isEmpty()) {
      return platforms;
    }
    final Platform here = Platform.here();
    if (here == null) {
      throw new ImageException("name the processor with --platform: amd64 or arm64");
    }
    return List.of(here);
  }

  private void build(Platform platform, Path tar) throws IOException {
    final Path work = Files.createTempDirectory("tidemill-image");
    try {
      final Path root = Files.createDirectories(work.resolve("root"));
      final List<Path> jars = jars();
      final DebianArchive archive =
          platform == Platform.here()
              ? DebianArchive.here()
              : DebianArchive.of(platform, debian(platform));
      say("linking the Java runtime for " + platform.oci());
      final JavaRuntime java =
          JavaRuntime.install(
              platform, jars, foreignJdk(platform, archive), root.resolve("opt/java"));
      say("unpacking the C libraries for " + platform.oci());
      final var packages =
          SystemLibraries.install(
              platform, archive, Files.createDirectories(work.resolve("packages")), root);
      final List<String> classPath = NodeFiles.install(platform, jars, root);
      accounts(root);
      final int components =
          BillOfMaterials.write(home.resolve("server/target/image/bom.json"), java, packages, root);
      Trees.stamp(root);
      final List<String> jvm = jvm(classPath);
      say("training the start-up cache");
      final boolean cached = StartCache.train(platform, root, jvm);
      Trees.stamp(root);
      say("writing " + tar);
      Files.deleteIfExists(tar);
      ImageTar.write(root, platform, name, entrypoint(jvm, cached), work.resolve("scratch"), tar);
      report(platform, tar, java, components, cached);
    } finally {
      Trees.delete(work);
    }
  }

  private @Nullable Path foreignJdk(Platform platform, DebianArchive archive) throws IOException {
    final Path given = platform == Platform.AMD64 ? jdkAmd64 : jdkArm64;
    return given != null || platform == Platform.here()
        ? given
        : ForeignJdk.of(platform, archive, debian(platform));
  }

  private Path debian(Platform platform) throws IOException {
    return Files.createDirectories(home.resolve("target/debian").resolve(platform.oci()));
  }

  /** The jars of the node in the order of its class path, as the launcher's build left them. */
  private List<Path> jars() throws IOException {
    final Path target = home.resolve("server/target/image");
    final List<Path> jars = new ArrayList<>();
    try (Stream<Path> own = Files.list(target)) {
      own.filter(file -> file.getFileName().toString().matches("tidemill-server-.*\\.jar"))
          .forEach(jars::add);
    }
    for (String entry : Files.readString(target.resolve("classpath")).strip().split(":")) {
      jars.add(Path.of(entry));
    }
    for (Path jar : jars) {
      if (!Files.isRegularFile(jar)) {
        throw new ImageException(jar + " is not a jar; build with ./tidemill image");
      }
    }
    return jars;
  }

  private static void accounts(Path root) throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"),
        "root:x:0:0:root:/:/sbin/nologin\ntidemill:x:65532:65532:tidemill:/data:/sbin/nologin\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\ntidemill:x:65532:\n");
    Files.writeString(root.resolve("etc/nsswitch.conf"), "hosts: files dns\n");
    for (String folder : List.of("tmp", "data", "proc", "dev", "run/tidemill")) {
      Files.createDirectories(root.resolve(folder));
    }
  }

  private List<String> jvm(List<String> classPath) {
    final List<String> flags = new ArrayList<>();
    if (!jvmFlags.isBlank()) {
      flags.addAll(List.of(jvmFlags.strip().split("\\s+")));
    }
    flags.add("-Djava.library.path=" + NodeFiles.HOME + "/native");
    flags.add("-cp");
    flags.add(String.join(":", classPath));
    return flags;
  }

  private static List<String> entrypoint(List<String> jvm, boolean cached) {
    final List<String> command = new ArrayList<>(List.of("/opt/java/bin/java"));
    if (cached) {
      command.add("-XX:AOTCache=" + StartCache.FILE);
    }
    command.addAll(jvm);
    command.add(NodeFiles.MAIN);
    return command;
  }

  private void say(String step) {
    final Console console = System.console();
    if (console != null && console.isTerminal() && !json) {
      spec.commandLine().getErr().println("tidemill: " + step);
    }
  }

  private void report(Platform platform, Path tar, JavaRuntime java, int components, boolean cached)
      throws IOException {
    final PrintWriter out = spec.commandLine().getOut();
    final long bytes = Files.size(tar);
    if (json) {
      out.printf(
          "{\"platform\":\"%s\",\"file\":\"%s\",\"bytes\":%d,\"java\":\"%s\",\"components\":%d,\"start_cache\":%b}%n",
          platform.oci(), tar, bytes, java.version(), components, cached);
    } else {
      out.printf(
          "%s: %d MiB, Java %s, %d components in its bill of materials%s%n",
          tar,
          bytes >> 20,
          java.version(),
          components,
          cached
              ? ""
              : ", without start-up cache (it is trained as root, on the same processor or an emulated one)");
    }
    out.flush();
  }
}
