package io.tidemill.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The node under {@code /opt/tidemill}: its jars, and its native libraries beside them. */
final class NodeFiles {
  static final String HOME = "/opt/tidemill";
  static final String MAIN = "io.tidemill.server.Tidemill";

  private NodeFiles() {}

  /**
   * Copies the jars in the order of the class path and unpacks the native libraries, so that
   * nothing is unpacked when the node runs.
   *
   * @return the class path inside the image
   */
  static List<String> install(Platform platform, List<Path> jars, Path root) throws IOException {
    final Path libraries = Files.createDirectories(root.resolve("opt/tidemill/lib"));
    final Path natives = Files.createDirectories(root.resolve("opt/tidemill/native"));
    final List<String> classPath = new ArrayList<>();
    for (Path jar : jars) {
      final String name = jar.getFileName().toString();
      classPath.add(HOME + "/lib/" + name);
      if (name.startsWith("rocksdbjni")) {
        copyWithoutNatives(jar, libraries.resolve(name));
        unpack(jar, platform.rocksLibrary(), natives.resolve("librocksdbjni.so"));
        continue;
      }
      Files.copy(jar, libraries.resolve(name));
      if (name.startsWith("grpc-netty-shaded")) {
        unpackTransport(platform, jar, natives);
      }
    }
    return classPath;
  }

  /** The jar holds the library of every system, ten times what is needed. */
  private static void copyWithoutNatives(Path jar, Path target) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(target))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        if (entry.getName().matches("librocksdbjni.*\\.(so|dll|jnilib)")) {
          continue;
        }
        final ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(Trees.TIME.toEpochMilli());
        to.putNextEntry(copy);
        try (InputStream in = from.getInputStream(entry)) {
          in.transferTo(to);
        }
        to.closeEntry();
      }
    }
  }

  /** Takes {@code libNAME_PROCESSOR.so} of every native transport. */
  private static void unpackTransport(Platform platform, Path jar, Path folder) throws IOException {
    final List<String> entries = new ArrayList<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        final String name = entry.getName();
        if (name.startsWith("META-INF/native/lib")
            && name.endsWith("_" + platform.nettySuffix() + ".so")) {
          entries.add(name);
        }
      }
    }
    for (String entry : entries) {
      unpack(jar, entry, folder.resolve(entry.substring(entry.lastIndexOf('/') + 1)));
    }
  }

  private static void unpack(Path jar, String entry, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      final ZipEntry found = zip.getEntry(entry);
      if (found == null) {
        throw new ImageException(jar.getFileName() + " has no " + entry);
      }
      try (InputStream in = zip.getInputStream(found)) {
        Files.copy(in, target);
      }
    }
  }
}
