package io.tidemill.state.snapshot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder of a snapshot or of a state, as a whole. */
public final class SnapshotFolder {
  private SnapshotFolder() {}

  /** Makes the names of the files in {@code folder} survive a power cut. */
  public static void syncNames(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

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
