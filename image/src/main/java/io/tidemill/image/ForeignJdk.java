package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The JDK 25 of Debian for a processor that this machine does not have; kept once it is there. */
final class ForeignJdk {
  /** The modules for linking are in the first, the release file in the second. */
  private static final List<String> PACKAGES =
      List.of("openjdk-25-jdk-headless", "openjdk-25-jre-headless");

  private ForeignJdk() {}

  /**
   * Its folder, loaded when it is not there in its newest version: some 360 MB.
   *
   * @param cache a folder that is kept between builds
   */
  static Path of(Platform platform, DebianArchive archive, Path cache) throws IOException {
    final String version = archive.newest(PACKAGES.getFirst());
    final Path kept = cache.resolve("jdk-" + version.replaceAll("[^A-Za-z0-9.+-]", "_"));
    final Path jdk = kept.resolve("usr/lib/jvm/java-25-openjdk-" + platform.oci());
    if (!Files.isDirectory(jdk)) {
      final Path partial = cache.resolve("partial-jdk");
      final Path scratch = cache.resolve("downloads");
      Trees.delete(partial);
      Trees.delete(scratch);
      archive.unpack(PACKAGES, Files.createDirectories(scratch), Files.createDirectories(partial));
      Files.move(partial, kept);
    }
    if (!Files.isDirectory(jdk)) {
      throw new ImageException("Debian's " + PACKAGES.getFirst() + " brought no " + jdk);
    }
    return jdk;
  }
}
