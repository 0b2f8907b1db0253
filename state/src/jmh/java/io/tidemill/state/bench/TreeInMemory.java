package io.tidemill.state.bench;

import io.tidemill.state.StateDelta;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.NodeReader;
import io.tidemill.state.merkle.TreeUpdate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** A tree with its nodes in a map, as they are in a cache that holds them all. */
final class TreeInMemory {
  private final Map<NodeKey, Node> nodes = new HashMap<>();
  private final NodeReader reader =
      (key, expected) -> {
        final Node node = nodes.get(key);
        if (node == null) {
          throw new IllegalStateException("no node " + key);
        }
        return node;
      };
  private @Nullable Child root;
  private long version;

  void fill(int size) {
    for (int from = 0; from < size; from += Batches.LOAD) {
      update(Batches.load(from, Math.min(size, from + Batches.LOAD)), null);
    }
  }

  /** Applies {@code delta}; returns the seconds that the root took, and not what follows. */
  double update(StateDelta delta, @Nullable ExecutorService pool) {
    final MerkleTree tree = MerkleTree.over(reader, pool);
    final long start = System.nanoTime();
    final TreeUpdate update = tree.update(root, ++version, delta);
    final double seconds = (System.nanoTime() - start) / 1e9;
    update.created().forEach(created -> nodes.put(created.key(), created.node()));
    update.stale().forEach(nodes::remove);
    root = update.root();
    return seconds;
  }
}
