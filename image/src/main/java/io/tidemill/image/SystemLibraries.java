package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The C libraries that the Java runtime and RocksDB are linked with, from Debian packages. */
final class SystemLibraries {
  private static final List<String> PACKAGES =
      List.of("libc6", "libgcc-s1", "libstdc++6", "zlib1g");

  /** Shared objects that the runtime, RocksDB and the transport ask for. */
  private static final List<String> WANTED =
      List.of(
          "libc.so.6",
          "libm.so.6",
          "libdl.so.2",
          "libpthread.so.0",
          "librt.so.1",
          "libresolv.so.2",
          "libnss_dns.so.2",
          "libnss_files.so.2",
          "libz.so.1",
          "libgcc_s.so.1",
          "libstdc++.so.6");

  private SystemLibraries() {}

  /**
   * Puts the libraries and the loader under {@code root}.
   *
   * @param scratch an empty folder for the packages
   * @return the packages they came from
   */
  static List<DebianArchive.Package> install(
      Platform platform, DebianArchive archive, Path scratch, Path root) throws IOException {
    final Path unpacked = Files.createDirectories(scratch.resolve("unpacked"));
    final List<DebianArchive.Package> packages = archive.unpack(PACKAGES, scratch, unpacked);
    copy(platform, unpacked, root);
    return packages;
  }

  private static void copy(Platform platform, Path unpacked, Path root) throws IOException {
    final Path libraries = Files.createDirectories(root.resolve("lib").resolve(platform.triplet()));
    for (String name : WANTED) {
      Files.copy(
          find(unpacked, name), libraries.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    final Path loader = root.resolve(platform.loader().substring(1));
    Files.createDirectories(loader.getParent());
    Files.copy(
        find(unpacked, loader.getFileName().toString()),
        loader,
        StandardCopyOption.REPLACE_EXISTING);
    if (!loader.toFile().setExecutable(true, false)) {
      throw new ImageException("cannot make " + loader + " executable");
    }
  }

  /** The first file of that name that is really there: packages also hold links into a system. */
  private static Path find(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.getFileName().toString().equals(name) && Files.isRegularFile(file))
          .findFirst()
          .orElseThrow(() -> new ImageException("no Debian package brought " + name));
    }
  }
}
