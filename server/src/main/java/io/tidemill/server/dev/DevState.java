package io.tidemill.server.dev;

import io.tidemill.server.config.ConfigException;
import io.tidemill.state.snapshot.SnapshotFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the state of a development chain lies.
 *
 * @param data the folder of the database, or null for the heap
 * @param forked the timestamp of the wave of another node whose state this has just become a copy
 *     of, or null
 * @param temporary what goes away with the chain, or null
 */
record DevState(@Nullable Path data, @Nullable Long forked, @Nullable Path temporary)
    implements AutoCloseable {
  private static final String DATA = "data";

  /**
   * Gets ready what {@code wanted} says.
   *
   * @throws ConfigException if its parts exclude each other, or the state cannot be had
   */
  static DevState prepare(DevOptions.State wanted, Fork.Progress progress) {
    final Path folder = wanted.folder();
    try {
      final Path data = folder == null ? null : folder.resolve(DATA);
      if (data != null && wanted.reset()) {
        SnapshotFolder.delete(data);
      }
      final boolean there = data != null && isFilled(data);
      if (there && wanted.load() != null) {
        throw new ConfigException(
            "--load would replace the chain that is in "
                + folder
                + "; add --reset, or load into"
                + " the running chain with tidemill dev load");
      }
      final Fork.Source source = wanted.fork();
      if (source == null || there) {
        return new DevState(data, null, null);
      }
      final Path temporary = data == null ? Files.createTempDirectory("tidemill-fork") : null;
      final Path target =
          temporary != null ? temporary.resolve(DATA) : Objects.requireNonNull(data);
      try {
        final long timestamp = Fork.take(source, target, progress);
        return new DevState(target, timestamp, temporary);
      } catch (RuntimeException failure) {
        delete(temporary);
        throw failure;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the state folder", e);
    }
  }

  private static boolean isFilled(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      return false;
    }
    try (Stream<Path> files = Files.list(data)) {
      return files.findAny().isPresent();
    }
  }

  private static void delete(@Nullable Path folder) {
    if (folder != null) {
      try {
        SnapshotFolder.delete(folder);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot remove " + folder, e);
      }
    }
  }

  @Override
  public void close() {
    delete(temporary);
  }
}
