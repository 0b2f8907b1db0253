package io.tidemill.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An ahead-of-time cache of loaded and linked classes, made by a training run inside the root file
 * system, so that paths and times are those of the image.
 */
final class StartCache {
  static final String FILE = NodeFiles.HOME + "/tidemill.aot";

  private StartCache() {}

  private static final long TRAINING_SECONDS = 600;

  /**
   * Trains with the start of a node on a store in memory, which is told to stop when it is ready.
   * Needs the right to change the root folder, which on Linux only root has.
   *
   * @return whether there is a cache; without it a node starts slower and is otherwise the same
   */
  static boolean train(Platform platform, Path root, List<String> jvm) throws IOException {
    if (!RootFolder.runs(platform)) {
      return false;
    }
    final List<String> java =
        new ArrayList<>(List.of("/opt/java/bin/java", "-XX:AOTCacheOutput=" + FILE));
    java.addAll(jvm);
    java.addAll(List.of(NodeFiles.MAIN, "node", "--set", "data.store=memory"));
    java.addAll(List.of("--grpc-port", "0", "--http-port", "0", "--health-port", "0"));
    final Process node =
        new ProcessBuilder(RootFolder.command(platform, root, "", "chroot", java))
            .redirectErrorStream(true)
            .start();
    final StringBuilder said = new StringBuilder();
    try (BufferedReader output = node.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("ready:")) {
          node.toHandle().destroy(); // not node.destroy(), which closes what is read here
        }
      }
      if (!node.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS)) {
        throw new ImageException("the training run does not end:\n" + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException("interrupted while training", e);
    } finally {
      node.destroyForcibly();
    }
    if (!Files.isRegularFile(root.resolve(FILE.substring(1)))) {
      throw new ImageException("the training run left no cache:\n" + said);
    }
    return true;
  }
}
