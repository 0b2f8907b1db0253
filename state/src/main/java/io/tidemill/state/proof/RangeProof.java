package io.tidemill.state.proof;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a list of leaves is everything a tree holds between its first and its last key hash:
 * the tree is hashed from the leaves, and only what lies outside of the range is taken from the
 * paths of the two ends. Pure; never throws on well-formed input.
 */
public final class RangeProof {
  /** A leaf of the range. */
  public record Entry(Hash32 keyHash, Hash32 valueHash) {}

  private final List<Entry> entries;
  private final @Nullable Proof left;
  private final @Nullable Proof right;
  private boolean broken;

  private RangeProof(List<Entry> entries, @Nullable Proof left, @Nullable Proof right) {
    this.entries = entries;
    this.left = left;
    this.right = right;
  }

  /**
   * Whether {@code entries}, in strictly ascending order of key hashes, are all leaves of the tree
   * under {@code root} from the first to the last of them.
   *
   * @param left the inclusion proof of the first entry, or null to show that nothing is before it
   * @param right the inclusion proof of the last entry, or null to show that nothing is after it
   */
  public static boolean verify(
      Hash32 root, List<Entry> entries, @Nullable Proof left, @Nullable Proof right) {
    for (int i = 1; i < entries.size(); i++) {
      if (entries.get(i - 1).keyHash().compareTo(entries.get(i).keyHash()) >= 0) {
        return false;
      }
    }
    if (entries.isEmpty()) {
      return left == null && right == null && root.equals(TreeHash.EMPTY);
    }
    final RangeProof proof = new RangeProof(entries, left, right);
    final Hash32 hash = proof.hash(0, 0, entries.size(), left != null, right != null);
    return !proof.broken && hash.equals(root);
  }

  /** The hash of the subtree at {@code depth} that holds entries [from, to) and what is outside. */
  private Hash32 hash(int depth, int from, int to, boolean atLeft, boolean atRight) {
    if (!atLeft && !atRight && to - from <= 1) {
      return from == to ? TreeHash.EMPTY : leaf(from);
    }
    if ((atLeft && depth >= depth(left)) || (atRight && depth >= depth(right))) {
      // The path of an end stops here, so its leaf must be all there is.
      broken |= to - from != 1;
      return to - from == 1 ? leaf(from) : TreeHash.EMPTY;
    }
    int middle = from;
    while (middle < to && entries.get(middle).keyHash().bit(depth) == 0) {
      middle++;
    }
    final boolean firstIsRight = atLeft && entries.getFirst().keyHash().bit(depth) == 1;
    final boolean lastIsLeft = atRight && entries.getLast().keyHash().bit(depth) == 0;
    final Hash32 below =
        firstIsRight
            ? sibling(left, depth)
            : hash(depth + 1, from, middle, atLeft, atRight && lastIsLeft);
    final Hash32 above =
        lastIsLeft
            ? sibling(right, depth)
            : hash(depth + 1, middle, to, atLeft && firstIsRight, atRight);
    return TreeHash.inner(below, above);
  }

  private Hash32 leaf(int index) {
    final Entry entry = entries.get(index);
    return TreeHash.leaf(entry.keyHash(), entry.valueHash());
  }

  private static int depth(@Nullable Proof proof) {
    return proof == null ? 0 : proof.siblings().size();
  }

  private static Hash32 sibling(@Nullable Proof proof, int depth) {
    return proof == null ? TreeHash.EMPTY : proof.siblings().get(depth);
  }
}
