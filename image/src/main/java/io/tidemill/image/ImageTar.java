package io.tidemill.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** A root file system as an OCI archive, in layers that change less often the lower they are. */
final class ImageTar {
  /** Whom the processes in a container belong to: nobody that owns a file of the image. */
  private static final String USER = "65532:65532";

  private ImageTar() {}

  /**
   * Writes {@code tar}.
   *
   * @param entrypoint the command that arguments are added to
   * @param scratch a folder for caches
   */
  static void write(
      Path root, Platform platform, String name, List<String> entrypoint, Path scratch, Path tar)
      throws IOException {
    final JibContainerBuilder image =
        Jib.fromScratch()
            .setPlatforms(
                Set.of(
                    new com.google.cloud.tools.jib.api.buildplan.Platform(platform.oci(), "linux")))
            .setFormat(ImageFormat.OCI)
            .setCreationTime(Trees.TIME)
            .setUser(USER)
            .setEntrypoint(entrypoint)
            .setProgramArguments(List.of("node"))
            .setWorkingDirectory(AbsoluteUnixPath.get("/"))
            .setEnvironment(Map.of("TIDEMILL_DATA_DIR", "/data", "TIDEMILL_GRPC_HOST", "0.0.0.0"))
            .setVolumes(Set.of(AbsoluteUnixPath.get("/data"), AbsoluteUnixPath.get("/tmp")))
            .setExposedPorts(Set.of(Port.tcp(9933), Port.tcp(9944), Port.tcp(9945)))
            .addLabel("org.opencontainers.image.title", "Tidemill")
            .addLabel("org.opencontainers.image.licenses", "Apache-2.0");
    layers(root).forEach(image::addFileEntriesLayer);
    try {
      image.containerize(
          Containerizer.to(TarImage.at(tar).named(name))
              .setOfflineMode(true)
              .setBaseImageLayersCache(Files.createDirectories(scratch.resolve("base")))
              .setApplicationLayersCache(Files.createDirectories(scratch.resolve("layers")))
              .setToolName("tidemill"));
    } catch (InvalidImageReferenceException e) {
      throw new ImageException(name + " is not a name of an image: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException("interrupted while writing " + tar, e);
    } catch (RegistryException | CacheDirectoryCreationException | ExecutionException e) {
      throw new ImageException("cannot write " + tar + ": " + e.getMessage(), e);
    }
  }

  private static List<FileEntriesLayer> layers(Path root) throws IOException {
    final var system = FileEntriesLayer.builder().setName("system");
    final var java = FileEntriesLayer.builder().setName("java");
    final var libraries = FileEntriesLayer.builder().setName("libraries");
    final var node = FileEntriesLayer.builder().setName("node");
    for (Path file : Trees.below(root)) {
      final String path = "/" + root.relativize(file);
      final var layer =
          path.startsWith("/opt/java")
              ? java
              : !path.startsWith(NodeFiles.HOME)
                  ? system
                  : path.startsWith(NodeFiles.HOME + "/lib/tidemill-") || !path.endsWith(".jar")
                      ? node
                      : libraries;
      layer.addEntry(file, AbsoluteUnixPath.get(path), permissions(path, file), Trees.TIME);
    }
    return List.of(system.build(), java.build(), libraries.build(), node.build());
  }

  private static FilePermissions permissions(String path, Path file) {
    if (path.equals("/tmp") || path.equals("/data")) {
      return FilePermissions.fromOctalString("777");
    }
    return FilePermissions.fromOctalString(
        Files.isDirectory(file) || Files.isExecutable(file) ? "755" : "644");
  }
}
