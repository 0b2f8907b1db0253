package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;

/** Where the tree gets its old nodes from. Must be safe for use by several threads. */
@FunctionalInterface
public interface NodeReader {
  /** The reader of a tree that lives in memory only, where no reference is ever unresolved. */
  NodeReader RESIDENT =
      (key, expected) -> {
        throw new IllegalStateException("node " + key + " is not resident");
      };

  /**
   * The node under {@code key}, whose hash must be {@code expected}.
   *
   * @throws io.tidemill.state.StateException if it is missing, unreadable or has another hash
   */
  Node read(NodeKey key, Hash32 expected);
}
