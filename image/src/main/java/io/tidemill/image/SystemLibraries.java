package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The C libraries that the Java runtime and RocksDB are linked with, from Debian packages: those of
 * this machine's processor, or the cross packages for another one.
 */
final class SystemLibraries {
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
          "libgcc_s.so.1",
          "libstdc++.so.6");

  /** A package whose files are in the image. */
  record Package(String name, String version) {}

  private SystemLibraries() {}

  /**
   * Puts the libraries and the loader under {@code root}.
   *
   * @param scratch an empty folder for the packages
   * @return the packages they came from
   */
  static List<Package> install(Platform platform, Path scratch, Path root) throws IOException {
    final boolean cross = platform != Platform.here();
    final List<String> names = new ArrayList<>();
    for (String name : List.of("libc6", "libgcc-s1", "libstdc++6")) {
      names.add(cross ? name + "-" + platform.oci() + "-cross" : name);
    }
    final List<String> download = new ArrayList<>(List.of("apt-get", "download", "-q"));
    download.addAll(names);
    try {
      Tool.run(scratch, download);
    } catch (ImageException e) {
      throw new ImageException(
          "the C libraries for "
              + platform.oci()
              + " come from Debian packages, and apt-get could not download them; on Debian run"
              + " apt-get update first, elsewhere build the image in a Debian container. "
              + e.getMessage(),
          e);
    }
    final Path unpacked = Files.createDirectories(scratch.resolve("unpacked"));
    final List<Package> packages = new ArrayList<>();
    for (Path archive : files(scratch, ".deb")) {
      Tool.run(scratch, List.of("dpkg-deb", "-x", archive.toString(), unpacked.toString()));
      packages.add(described(scratch, archive));
    }
    copy(platform, unpacked, root);
    return packages;
  }

  private static Package described(Path scratch, Path archive) {
    final String[] lines =
        Tool.run(scratch, List.of("dpkg-deb", "-f", archive.toString(), "Package", "Version"))
            .strip()
            .split("\n");
    return new Package(lines[0].split(": ")[1], lines[1].split(": ")[1]);
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

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
