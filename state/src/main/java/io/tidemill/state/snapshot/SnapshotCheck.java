package io.tidemill.state.snapshot;

import io.tidemill.state.StateException;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Checks a snapshot without a store: every chunk, its range, and that no key is left out. */
public final class SnapshotCheck {
  private SnapshotCheck() {}

  /**
   * Reads every chunk of values in {@code directory} in order and hands it to {@code use} once it
   * is proven.
   *
   * @throws StateException naming the chunk if one is damaged, missing, out of order, or if the
   *     chunks together are not the state under the manifest's root
   */
  public static void run(Path directory, SnapshotManifest manifest, Consumer<StateChunk> use) {
    final Hash32 root = manifest.root();
    final List<SnapshotManifest.Chunk> chunks =
        manifest.chunks().stream()
            .filter(chunk -> chunk.kind() == SnapshotManifest.Kind.STATE)
            .toList();
    if (chunks.isEmpty() && !root.equals(TreeHash.EMPTY)) {
      throw new StateException("the snapshot in " + directory + " has no state");
    }
    StateChunk before = null;
    long keys = 0;
    for (int i = 0; i < chunks.size(); i++) {
      final String name = directory.resolve(chunks.get(i).fileName()).toString();
      final StateChunk chunk;
      try {
        chunk = StateChunk.decode(SnapshotManifest.load(directory, chunks.get(i)));
      } catch (IllegalArgumentException e) {
        throw new StateException("chunk " + name + " is damaged: " + e.getMessage(), e);
      }
      if (!chunk.follows(before, i == chunks.size() - 1, root)) {
        throw new StateException(
            "chunk " + name + " is not the next part of the state with root " + root);
      }
      keys += chunk.entries().size();
      use.accept(chunk);
      before = chunk;
    }
    if (keys != manifest.keys()) {
      throw new StateException(
          "the snapshot in " + directory + " has " + keys + " keys, not " + manifest.keys());
    }
  }
}
