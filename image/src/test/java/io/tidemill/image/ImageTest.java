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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds the image with the launcher, unpacks it into a root folder, and runs the demo from it as
 * Kubernetes would: as nobody, on a read-only root, with only /tmp and /data to write to.
 */
final class ImageTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path folder;

  private static @Nullable UnpackedImage unpacked;

  @BeforeAll
  static void buildAndUnpack() throws IOException {
    UnpackedImage.assumeBuildable();
    final Platform here = Platform.here();
    assumeTrue(here != null, "images are for amd64 and arm64");
    unpacked = UnpackedImage.build(here, folder);
  }

  private static UnpackedImage image() {
    return Objects.requireNonNull(unpacked);
  }

  @Test
  void shouldRunTheDemoAsNobodyOnAReadOnlyRoot() throws IOException {
    final String[] lines = image().run(List.of("demo", "--json")).strip().split("\n");
    assertThat(MAPPER.readTree(lines[lines.length - 1]).get("ok").asBoolean()).isTrue();
  }

  @Test
  void shouldStartFromItsCacheAndUnpackNothing() {
    assertThat(image().root().resolve("opt/tidemill/tidemill.aot")).isRegularFile();
    assertThat(image().root().resolve("opt/tidemill/native/librocksdbjni.so")).isRegularFile();
    assertThat(image().run(List.of("version"))).doesNotContainIgnoringCase("warning");
  }

  @Test
  void shouldBelongToNobodyAndSayWhereItListens() {
    assertThat(image().config().at("/config/User").asText()).isEqualTo("65532:65532");
    assertThat(image().config().at("/config/ExposedPorts").toString()).contains("9944/tcp");
    assertThat(image().config().get("os").asText()).isEqualTo("linux");
  }

  @Test
  void shouldListWhatItIsMadeOf() throws IOException {
    final JsonNode bill =
        MAPPER.readTree(image().root().resolve("opt/tidemill/sbom.cdx.json").toFile());
    final List<String> names = new ArrayList<>();
    bill.get("components").forEach(component -> names.add(component.get("name").asText()));
    assertThat(names).contains("rocksdbjni", "grpc-netty-shaded", "temurin", "libc6", "libstdc++6");
    assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
  }

  @Test
  void shouldHoldNoShellAndNoPathOfTheMachineThatBuiltIt() {
    assertThat(image().config().toString()).doesNotContain(System.getProperty("user.dir"));
    assertThat(Files.exists(image().root().resolve("bin/sh"))).isFalse();
  }
}
