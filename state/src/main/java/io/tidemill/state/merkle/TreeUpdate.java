package io.tidemill.state.merkle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch did to a tree.
 *
 * @param root the new root; null is the empty tree
 * @param created the new nodes, children before parents, the same list at any number of threads
 * @param stale the nodes of the old root that the new root no longer reaches
 * @param grown by how many keys the set grew; negative when it shrank
 */
public record TreeUpdate(
    @Nullable Child root, List<Created> created, List<NodeKey> stale, long grown) {
  /** A new node with its name. */
  public record Created(NodeKey key, Node node) {}
}
