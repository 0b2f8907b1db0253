package io.tidemill.state.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder of a snapshot, or of a state made from one, as a whole. */
public final class SnapshotFolder {
  private SnapshotFolder() {}

  /**
   * Deletes the folder and everything in it; nothing happens when it is absent.
   *
   * @throws IOException if a file cannot be deleted; some may be gone then
   */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      final List<Path> all;
      try (Stream<Path> files = Files.walk(folder)) {
        all = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (final Path file : all) {
        Files.delete(file);
      }
    }
  }
}
