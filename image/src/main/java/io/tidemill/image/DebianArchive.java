package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where Debian packages come from: the archive that this machine is set up with, or one for another
 * processor with lists of its own. apt-get checks signatures and hashes of what it loads.
 */
final class DebianArchive {
  /** The release that has Java 25; what is linked against its C library runs with that one. */
  private static final String SUITE = "trixie";

  private static final String KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

  private final Path folder;
  private final List<String> options;

  private DebianArchive(Path folder, List<String> options) {
    this.folder = folder;
    this.options = options;
  }

  /** A package that was loaded and unpacked. */
  record Package(String name, String version) {}

  /** The archive of this machine. */
  static DebianArchive here() {
    return new DebianArchive(Path.of("/"), List.of());
  }

  /**
   * The archive of {@code platform}, whatever this machine is; fetches its lists.
   *
   * @param folder where its lists are kept
   */
  static DebianArchive of(Platform platform, Path folder) throws IOException {
    for (String each : List.of("lists/partial", "cache/archives/partial")) {
      Files.createDirectories(folder.resolve(each));
    }
    Files.writeString(folder.resolve("status"), "");
    Files.writeString(
        folder.resolve("sources.list"),
        "deb [signed-by=%s] http://deb.debian.org/debian %s main%n".formatted(KEYS, SUITE));
    final Path settings =
        Files.writeString(
            folder.resolve("apt.conf"),
            """
            #clear APT::Architectures;
            APT::Architecture "%2$s";
            APT::Architectures { "%2$s"; };
            APT::Sandbox::User "root";
            Acquire::Languages "none";
            Dir::State "%1$s";
            Dir::State::lists "%1$s/lists";
            Dir::State::status "%1$s/status";
            Dir::Cache "%1$s/cache";
            Dir::Etc::sourcelist "%1$s/sources.list";
            Dir::Etc::sourceparts "/dev/null";
            Dir::Etc::preferences "/dev/null";
            Dir::Etc::preferencesparts "/dev/null";
            """
                .formatted(folder.toAbsolutePath(), platform.oci()));
    final var archive = new DebianArchive(folder, List.of("-c", settings.toString()));
    archive.apt(folder, "apt-get", List.of("update", "-q"));
    return archive;
  }

  /** The newest version of {@code name} that the archive has. */
  String newest(String name) {
    return apt(folder, "apt-cache", List.of("show", "--no-all-versions", name))
        .lines()
        .filter(line -> line.startsWith("Version: "))
        .map(line -> line.substring("Version: ".length()))
        .findFirst()
        .orElseThrow(() -> new ImageException("Debian has no package " + name));
  }

  /**
   * Loads {@code names} and unpacks them.
   *
   * @param scratch an empty folder
   * @param target the root that the files of the packages go below
   */
  List<Package> unpack(List<String> names, Path scratch, Path target) throws IOException {
    final List<String> download = new ArrayList<>(List.of("download", "-q"));
    download.addAll(names);
    apt(scratch, "apt-get", download);
    final List<Package> packages = new ArrayList<>();
    for (Path archive : archives(scratch)) {
      Tool.run(scratch, List.of("dpkg-deb", "-x", archive.toString(), target.toString()));
      packages.add(described(scratch, archive));
      Files.delete(archive);
    }
    return packages;
  }

  private String apt(Path folder, String program, List<String> arguments) {
    final List<String> command = new ArrayList<>(List.of(program));
    command.addAll(options);
    command.addAll(arguments);
    try {
      return Tool.run(folder, command);
    } catch (ImageException e) {
      throw new ImageException(
          "what the image needs beside the node comes from Debian packages, and they could not be"
              + " loaded; on Debian run apt-get update first, elsewhere build the image in a Debian"
              + " container. "
              + e.getMessage(),
          e);
    }
  }

  private static Package described(Path scratch, Path archive) {
    final String[] lines =
        Tool.run(scratch, List.of("dpkg-deb", "-f", archive.toString(), "Package", "Version"))
            .strip()
            .split("\n");
    return new Package(lines[0].split(": ")[1], lines[1].split(": ")[1]);
  }

  private static List<Path> archives(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
    }
  }
}
