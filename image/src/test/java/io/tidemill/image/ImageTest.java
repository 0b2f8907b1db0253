package io.tidemill.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds the image with the launcher, unpacks it into a root folder, and runs the demo from it as
 * Kubernetes would: as nobody, on a read-only root, with only /tmp and /data to write to.
 */
final class ImageTest {
  /** Enters the root $0 and runs the rest of the arguments in it. */
  private static final String CONTAINER =
      """
      mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" &&
      mount -t tmpfs tmpfs "$0/tmp" && mount -t tmpfs tmpfs "$0/data" &&
      chmod 1777 "$0/tmp" "$0/data" && mount -o remount,bind,ro "$0" &&
      exec chroot --userspec=65532:65532 "$0" "$@"
      """;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path folder;

  private static Path image = Path.of("");
  private static JsonNode config = MAPPER.createObjectNode();

  @BeforeAll
  static void buildAndUnpack() throws IOException {
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "the image is run in a root of its own: needs root");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dpkg-deb")),
        "the image is built from Debian packages");
    assumeTrue(Platform.here() != null, "images are for amd64 and arm64");
    final Path home = Path.of("..").toAbsolutePath().normalize();
    final String said =
        Tool.run(
            home,
            List.of(
                home.resolve("tidemill").toString(),
                "image",
                "--json",
                "--output",
                folder.toString()));
    final JsonNode report = MAPPER.readTree(said.substring(said.indexOf('{')));
    image = Files.createDirectories(folder.resolve("root"));
    final Path archive = Files.createDirectories(folder.resolve("archive"));
    Tool.run(folder, List.of("tar", "xf", report.get("file").asText(), "-C", archive.toString()));
    final JsonNode manifest =
        blob(
            archive,
            MAPPER.readTree(archive.resolve("index.json").toFile()).at("/manifests/0/digest"));
    config = blob(archive, manifest.at("/config/digest"));
    for (JsonNode layer : manifest.get("layers")) {
      Tool.run(
          folder,
          List.of(
              "tar",
              "xzf",
              blobFile(archive, layer.get("digest")).toString(),
              "-C",
              image.toString()));
    }
  }

  private static Path blobFile(Path archive, JsonNode digest) {
    return archive.resolve("blobs/sha256").resolve(digest.asText().substring("sha256:".length()));
  }

  private static JsonNode blob(Path archive, JsonNode digest) throws IOException {
    return MAPPER.readTree(blobFile(archive, digest).toFile());
  }

  private static String run(List<String> arguments) {
    final List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", CONTAINER, image.toString()));
    config.at("/config/Entrypoint").forEach(word -> command.add(word.asText()));
    command.addAll(arguments);
    return Tool.run(folder, command);
  }

  @Test
  void shouldRunTheDemoAsNobodyOnAReadOnlyRoot() throws IOException {
    final String[] lines = run(List.of("demo", "--json")).strip().split("\n");
    assertThat(MAPPER.readTree(lines[lines.length - 1]).get("ok").asBoolean()).isTrue();
  }

  @Test
  void shouldStartFromItsCacheAndUnpackNothing() {
    assertThat(image.resolve("opt/tidemill/tidemill.aot")).isRegularFile();
    assertThat(image.resolve("opt/tidemill/native/librocksdbjni.so")).isRegularFile();
    assertThat(run(List.of("version"))).doesNotContainIgnoringCase("warning");
  }

  @Test
  void shouldBelongToNobodyAndSayWhereItListens() {
    assertThat(config.at("/config/User").asText()).isEqualTo("65532:65532");
    assertThat(config.at("/config/ExposedPorts").toString()).contains("9944/tcp");
    assertThat(config.get("os").asText()).isEqualTo("linux");
  }

  @Test
  void shouldListWhatItIsMadeOf() throws IOException {
    final JsonNode bill = MAPPER.readTree(image.resolve("opt/tidemill/sbom.cdx.json").toFile());
    final List<String> names = new ArrayList<>();
    bill.get("components").forEach(component -> names.add(component.get("name").asText()));
    assertThat(names).contains("rocksdbjni", "grpc-netty-shaded", "temurin", "libc6", "libstdc++6");
    assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
  }

  @Test
  void shouldHoldNoShellAndNoPathOfTheMachineThatBuiltIt() {
    assertThat(config.toString()).doesNotContain(System.getProperty("user.dir"));
    assertThat(Files.exists(image.resolve("bin/sh"))).isFalse();
  }
}
