package io.tidemill.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A program {@code tidemill} of the classes under test, for what starts one. As an extension, what
 * {@code DevChain.open()} finds.
 */
public final class TestLauncher implements BeforeAllCallback {
  private static final String PROPERTY = "tidemill.launcher";

  /** Created by JUnit. */
  public TestLauncher() {}

  /** Writes it to {@code file}. */
  public static Path write(Path file) {
    final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    final String script =
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED"
            + " --sun-misc-unsafe-memory-access=allow -cp '%s' io.tidemill.server.Tidemill \"$@\"\n";
    try {
      Files.writeString(file, script.formatted(java, System.getProperty("java.class.path")));
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    final Path file = write(Files.createTempFile("tidemill-launcher", ""));
    System.setProperty(PROPERTY, file.toString());
    context
        .getRoot()
        .getStore(Namespace.create(TestLauncher.class))
        .put(
            PROPERTY,
            (AutoCloseable)
                () -> {
                  System.clearProperty(PROPERTY);
                  Files.deleteIfExists(file);
                });
  }
}
