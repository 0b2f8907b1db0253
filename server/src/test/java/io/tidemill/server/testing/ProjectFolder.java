package io.tidemill.server.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the sources of the project are: the folder with the launcher. */
public final class ProjectFolder {
  private ProjectFolder() {}

  /** The folder, above the one that the tests run in. */
  public static Path path() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("tidemill"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("run the tests inside the project's folder");
    }
    return folder;
  }
}
