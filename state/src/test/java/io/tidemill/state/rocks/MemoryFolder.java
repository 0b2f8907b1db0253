package io.tidemill.state.rocks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * A test folder on a memory file system where there is one. A killed process loses nothing that it
 * wrote there, so what these tests show is the same, and the sync of every commit costs nothing.
 */
public final class MemoryFolder implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    final Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "tidemill-test")
        : Files.createTempDirectory("tidemill-test");
  }
}
