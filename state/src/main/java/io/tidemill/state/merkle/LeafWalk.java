package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/** Walks the leaves of a tree in the order of their key hashes. */
public final class LeafWalk {
  /** What is told about the tree; a leaf visit returns whether to go on. */
  public interface Visitor {
    /** A leaf, in ascending order of key hashes. */
    boolean leaf(Leaf leaf);

    /** A node, before the leaves below it. */
    default void node(NodeKey key, Node node) {}
  }

  private final NodeReader reader;
  private final Visitor visitor;

  private LeafWalk(NodeReader reader, Visitor visitor) {
    this.reader = reader;
    this.visitor = visitor;
  }

  /**
   * Visits the leaves under {@code root} whose key hash is at least {@code from}.
   *
   * @return false if the visitor stopped the walk
   */
  public static boolean run(@Nullable Child root, Hash32 from, NodeReader reader, Visitor visitor) {
    return new LeafWalk(reader, visitor).visit(root, 0, Hash32.ZERO, from);
  }

  private boolean visit(@Nullable Child at, int depth, Hash32 prefix, Hash32 from) {
    if (at == null) {
      return true;
    }
    if (at instanceof Leaf leaf) {
      // Past the start nothing has to be compared, which spares the hash of every key.
      return (!from.isZero() && leaf.keyHash().compareTo(from) < 0) || visitor.leaf(leaf);
    }
    final Inner inner = (Inner) at;
    final NodeKey key = NodeKey.above(inner.version(), depth, prefix);
    final Node resident = inner.resident();
    final Node node = resident != null ? resident : reader.read(key, inner.hash());
    visitor.node(key, node);
    for (int slot = 0; slot < Node.WIDTH; slot++) {
      final Hash32 below = with(prefix, depth, slot);
      // Skip what ends before the start: its largest key hash is the prefix filled with ones.
      if (node.child(slot) != null
          && filled(below, depth + 1).compareTo(from) >= 0
          && !visit(
              node.child(slot),
              depth + 1,
              below,
              below.compareTo(from) >= 0 ? Hash32.ZERO : from)) {
        return false;
      }
    }
    return true;
  }

  private static Hash32 with(Hash32 prefix, int depth, int slot) {
    final long nibble = (long) slot << (60 - ((depth & 15) << 2));
    return switch (depth >>> 4) {
      case 0 -> new Hash32(prefix.w0() | nibble, prefix.w1(), prefix.w2(), prefix.w3());
      case 1 -> new Hash32(prefix.w0(), prefix.w1() | nibble, prefix.w2(), prefix.w3());
      case 2 -> new Hash32(prefix.w0(), prefix.w1(), prefix.w2() | nibble, prefix.w3());
      default -> new Hash32(prefix.w0(), prefix.w1(), prefix.w2(), prefix.w3() | nibble);
    };
  }

  private static Hash32 filled(Hash32 prefix, int nibbles) {
    final int bits = nibbles << 2;
    return new Hash32(
        prefix.w0() | low(bits),
        prefix.w1() | low(bits - 64),
        prefix.w2() | low(bits - 128),
        prefix.w3() | low(bits - 192));
  }

  /** The word whose bits after the first {@code bits} are set, clamped to 0 to 64. */
  private static long low(int bits) {
    return bits <= 0 ? -1L : bits >= 64 ? 0 : -1L >>> bits;
  }
}
