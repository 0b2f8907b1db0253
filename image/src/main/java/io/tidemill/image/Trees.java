package io.tidemill.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders as wholes. */
final class Trees {
  /** The time of every file in an image: builds of the same inputs are the same. */
  static final Instant TIME = Instant.parse("1980-01-01T00:00:02Z");

  private Trees() {}

  /** Everything below {@code folder} in order of path, without the folder. */
  static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> !file.equals(folder)).sorted().toList();
    }
  }

  /** Gives every file its time in the image. */
  static void stamp(Path folder) throws IOException {
    for (Path file : below(folder)) {
      Files.setLastModifiedTime(file, FileTime.from(TIME));
    }
  }

  /** Deletes {@code folder} and what is in it; nothing happens when it is absent. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
