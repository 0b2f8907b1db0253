package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What hangs below a slot of a {@link Node}, or the whole tree: a single leaf, or a subtree of at
 * least two. An empty slot, and the empty tree, is null.
 */
public sealed interface Child permits Leaf, Inner {
  /** The hash of the subtree. */
  Hash32 hash();

  /** The root hash of the tree that {@code root} is. */
  static Hash32 rootHash(@Nullable Child root) {
    return root == null ? TreeHash.EMPTY : root.hash();
  }

  /**
   * The stored form of a root.
   *
   * <pre>
   * 00                                       the empty tree
   * 01 | raw key 32 | value hash 32          a single leaf
   * 02 | version u64 BE | hash 32            a node
   * </pre>
   */
  static byte[] encodeRoot(@Nullable Child root) {
    return switch (root) {
      case null -> new byte[] {0};
      case Leaf leaf -> {
        final byte[] bytes = new byte[65];
        bytes[0] = 1;
        leaf.key().raw().writeTo(bytes, 1);
        leaf.valueHash().writeTo(bytes, 33);
        yield bytes;
      }
      case Inner inner -> {
        final byte[] bytes = new byte[41];
        bytes[0] = 2;
        ByteBuffer.wrap(bytes).putLong(1, inner.version());
        inner.hash().writeTo(bytes, 9);
        yield bytes;
      }
    };
  }

  /**
   * The root that {@link #encodeRoot} wrote.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  static @Nullable Child decodeRoot(byte[] bytes) {
    if (bytes.length == 1 && bytes[0] == 0) {
      return null;
    }
    if (bytes.length == 65 && bytes[0] == 1) {
      return Leaf.stored(bytes, 1);
    }
    if (bytes.length == 41 && bytes[0] == 2) {
      return new Inner(ByteBuffer.wrap(bytes).getLong(1), Hash32.at(bytes, 9), null);
    }
    throw new IllegalArgumentException("not a tree root: " + bytes.length + " bytes");
  }
}
