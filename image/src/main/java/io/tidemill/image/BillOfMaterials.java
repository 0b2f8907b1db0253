package io.tidemill.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The CycloneDX bill of materials of an image: what Maven says of the jars, and the runtime and the
 * Debian packages added.
 */
final class BillOfMaterials {
  static final String FILE = NodeFiles.HOME + "/sbom.cdx.json";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private BillOfMaterials() {}

  /**
   * Writes it into {@code root}.
   *
   * @param maven the bill that Maven made of the server module
   * @return the number of components
   */
  static int write(Path maven, JavaRuntime java, List<DebianArchive.Package> packages, Path root)
      throws IOException {
    final ObjectNode bill = (ObjectNode) MAPPER.readTree(maven.toFile());
    // Neither an identity nor a time of this build: the same inputs give the same file.
    bill.remove("serialNumber");
    bill.withObject("/metadata").remove("timestamp");
    final ArrayNode components = bill.withArray("components");
    final String jdk = java.builder().equals("Eclipse Adoptium") ? "temurin" : "openjdk";
    component(components, jdk, java.version(), "pkg:generic/" + jdk + "@" + java.version());
    for (DebianArchive.Package each : packages) {
      component(
          components,
          each.name(),
          each.version(),
          "pkg:deb/debian/" + each.name() + "@" + each.version());
    }
    final Path file = root.resolve(FILE.substring(1));
    Files.createDirectories(file.getParent());
    MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), bill);
    return components.size();
  }

  private static void component(ArrayNode list, String name, String version, String purl) {
    list.addObject()
        .put("type", "library")
        .put("bom-ref", purl)
        .put("name", name)
        .put("version", version)
        .put("purl", purl);
  }
}
