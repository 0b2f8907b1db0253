package io.tidemill.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image that the launcher built, unpacked into a root folder.
 *
 * @param config the configuration that a container engine reads
 */
record UnpackedImage(Platform platform, Path root, JsonNode config) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What Kubernetes does: a read-only root, and a volume each for what may be written. */
  private static final String MOUNTS =
      """
      mount --bind "$0" "$0" && mount --rbind /dev "$0/dev" &&
      mount -t tmpfs tmpfs "$0/tmp" && mount -t tmpfs tmpfs "$0/data" &&
      chmod 1777 "$0/tmp" "$0/data" && mount -o remount,bind,ro "$0" &&
      """;

  /** Skips what cannot be here. */
  static void assumeBuildable() {
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "the image is run in a root of its own: needs root");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dpkg-deb")),
        "the image is built from Debian packages");
  }

  /** Builds the image for {@code platform} and unpacks it below {@code folder}. */
  static UnpackedImage build(Platform platform, Path folder) throws IOException {
    final Path home = Path.of("..").toAbsolutePath().normalize();
    final List<String> command = new ArrayList<>();
    command.add(home.resolve("tidemill").toString());
    command.addAll(List.of("image", "--json", "--platform", platform.oci()));
    command.addAll(List.of("--output", folder.toString()));
    final String said = Tool.run(home, command);
    final JsonNode report = MAPPER.readTree(said.substring(said.indexOf('{')));
    final Path root = Files.createDirectories(folder.resolve("root"));
    final Path archive = Files.createDirectories(folder.resolve("archive"));
    Tool.run(folder, List.of("tar", "xf", report.get("file").asText(), "-C", archive.toString()));
    final JsonNode index = MAPPER.readTree(archive.resolve("index.json").toFile());
    final JsonNode manifest = blob(archive, index.at("/manifests/0/digest"));
    for (JsonNode layer : manifest.get("layers")) {
      final Path file = file(archive, layer.get("digest"));
      Tool.run(folder, List.of("tar", "xzf", file.toString(), "-C", root.toString()));
    }
    return new UnpackedImage(platform, root, blob(archive, manifest.at("/config/digest")));
  }

  private static Path file(Path archive, JsonNode digest) {
    return archive.resolve("blobs/sha256").resolve(digest.asText().substring("sha256:".length()));
  }

  private static JsonNode blob(Path archive, JsonNode digest) throws IOException {
    return MAPPER.readTree(file(archive, digest).toFile());
  }

  /** Runs the entry point with {@code arguments} and gives what it printed. */
  String run(List<String> arguments) {
    return Tool.run(root, command(arguments));
  }

  /** The command that does so: as nobody, or as the only user there is. */
  List<String> command(List<String> arguments) {
    final List<String> words = new ArrayList<>();
    config.at("/config/Entrypoint").forEach(word -> words.add(word.asText()));
    words.addAll(arguments);
    // An emulated image runs in a user namespace that has no nobody.
    final String enter = platform == Platform.here() ? "chroot --userspec=65532:65532" : "chroot";
    return RootFolder.command(platform, root, MOUNTS, enter, words);
  }
}
