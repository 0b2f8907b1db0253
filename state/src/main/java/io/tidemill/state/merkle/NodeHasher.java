package io.tidemill.state.merkle;

import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.proof.TreeHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hashes the new nodes of a subtree, deepest first, level by level: the hashes of one level of the
 * binary tree do not depend on each other, so many are computed at once. Confined to one thread.
 */
final class NodeHasher {
  /** Below this many, one at a time is faster. */
  private static final int LANES_FROM = 16;

  private record Pending(Node node, Inner inner, int dirty) {}

  private final List<List<Pending>> byDepth = new ArrayList<>();
  private final Node[] targets = new Node[Blake3Lanes.WIDTH];
  private final int[] places = new int[Blake3Lanes.WIDTH];
  private int waiting;

  /** Takes a node whose hashes of {@code dirty} slots are to come, and the reference to it. */
  void add(int depth, Node node, Inner inner, int dirty) {
    while (byDepth.size() <= depth) {
      byDepth.add(new ArrayList<>());
    }
    byDepth.get(depth).add(new Pending(node, inner, dirty));
  }

  /** Hashes everything that was taken and seals the references. */
  void run() {
    Blake3Lanes lanes = null;
    for (int depth = byDepth.size() - 1; depth >= 0; depth--) {
      final List<Pending> pending = byDepth.get(depth);
      if (lanes == null && pending.size() >= LANES_FROM) {
        lanes = new Blake3Lanes();
      }
      for (int level = Node.WIDTH / 2; level > 0; level /= 2) {
        for (final Pending item : pending) {
          for (int place = level; place < 2 * level; place++) {
            if (Node.isBelow(place, item.dirty())) {
              enqueue(item.node(), place, lanes);
            }
          }
        }
        flush(lanes);
      }
      for (final Pending item : pending) {
        item.inner().seal(item.node().hash());
      }
    }
  }

  private void enqueue(Node node, int place, @Nullable Blake3Lanes lanes) {
    if (!node.isFolded(place)) {
      return;
    }
    if (lanes == null) {
      node.fold(place, TreeHash.inner(node.at(2 * place), node.at(2 * place + 1)));
    } else {
      targets[waiting] = node;
      places[waiting] = place;
      waiting++;
      if (waiting == Blake3Lanes.WIDTH) {
        flush(lanes);
      }
    }
  }

  private void flush(@Nullable Blake3Lanes lanes) {
    if (lanes != null && waiting >= LANES_FROM) {
      lanes.clear();
      for (int i = 0; i < waiting; i++) {
        targets[i].addTo(lanes, places[i]);
      }
      TreeHash.runInner(lanes);
      for (int i = 0; i < waiting; i++) {
        targets[i].fold(places[i], lanes.digest(i));
      }
    } else {
      for (int i = 0; i < waiting; i++) {
        final Node node = targets[i];
        node.fold(places[i], TreeHash.inner(node.at(2 * places[i]), node.at(2 * places[i] + 1)));
      }
    }
    waiting = 0;
  }
}
