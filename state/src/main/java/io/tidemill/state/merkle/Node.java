package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sixteen slots, four levels of the binary tree, with the hashes of those levels kept, so that a
 * change in one slot costs four hashes and not fifteen. Immutable.
 *
 * <p>A stretch of slots that holds exactly one leaf and nothing else hashes as that leaf; an empty
 * one as {@link TreeHash#EMPTY}. Because of that the layout in sixteens does not show in the root.
 *
 * <p>Stored form:
 *
 * <pre>
 * present u16 BE | leaves u16 BE | for each present slot in order:
 *     leaf:  raw key 32 | value hash 32
 *     inner: version u64 BE | hash 32
 * </pre>
 */
public final class Node {
  /** The number of slots. */
  static final int WIDTH = 16;

  /** The mask of all slots. */
  static final int ALL = 0xFFFF;

  private static final int LEAF_BYTES = 2 * Hash32.LENGTH;
  private static final int INNER_BYTES = 8 + Hash32.LENGTH;

  /** {@code RANGE[i]}: the slots below position i of the binary heap 1..15. */
  private static final int[] RANGE = ranges();

  private final @Nullable Child[] children;

  /** Hashes by heap position: 1 is the node, 2 and 3 its halves, 8 to 15 pairs of slots. */
  private final Hash32[] folds;

  private final int present;
  private final int leaves;

  /**
   * The node over {@code children}. It has the hashes of {@code old} until those of the slots that
   * changed are set with {@link #fold}; without an old node that is all of them.
   */
  Node(@Nullable Child[] children, @Nullable Node old) {
    this.children = children;
    int presentBits = 0;
    int leafBits = 0;
    for (int i = 0; i < WIDTH; i++) {
      if (children[i] != null) {
        presentBits |= 1 << i;
        leafBits |= children[i] instanceof Leaf ? 1 << i : 0;
      }
    }
    this.present = presentBits;
    this.leaves = leafBits;
    this.folds = old == null ? new Hash32[WIDTH] : old.folds.clone();
  }

  /** Computes all hashes, one by one. */
  private Node hashed() {
    for (int i = WIDTH - 1; i > 0; i--) {
      folds[i] = compute(i);
    }
    return this;
  }

  /** Sets the hash of heap position {@code i}. */
  void fold(int i, Hash32 hash) {
    folds[i] = hash;
  }

  /** Whether one of {@code slots} is below heap position {@code i}. */
  static boolean isBelow(int i, int slots) {
    return (RANGE[i] & slots) != 0;
  }

  /** The hash of the subtree. */
  public Hash32 hash() {
    return folds[1];
  }

  /** What is in {@code slot}. */
  public @Nullable Child child(int slot) {
    return children[slot];
  }

  /** The number of slots in use. */
  public int size() {
    return Integer.bitCount(present);
  }

  @Nullable Child[] copyOfChildren() {
    return children.clone();
  }

  private Hash32 compute(int i) {
    final Hash32 known = withoutHashing(i);
    return known != null ? known : TreeHash.inner(at(2 * i), at(2 * i + 1));
  }

  /** The hash of heap position {@code i}, 1 to 15, where it is empty or a lone leaf; else null. */
  @Nullable Hash32 withoutHashing(int i) {
    final int below = present & RANGE[i];
    if (below == 0) {
      return TreeHash.EMPTY;
    }
    final Leaf only = only(below);
    return only == null ? null : only.hash();
  }

  /** The kept hash of heap position {@code i}, 1 to 31. */
  Hash32 at(int i) {
    return i < WIDTH ? folds[i] : Child.rootHash(children[i - WIDTH]);
  }

  /** The leaf that is alone below heap position {@code i}, or null. */
  @Nullable Leaf onlyLeaf(int i) {
    return only(present & (i < WIDTH ? RANGE[i] : 1 << (i - WIDTH)));
  }

  /** Whether no key is below heap position {@code i}. */
  boolean isEmpty(int i) {
    return (present & (i < WIDTH ? RANGE[i] : 1 << (i - WIDTH))) == 0;
  }

  private @Nullable Leaf only(int below) {
    if (below != 0 && (below & (below - 1)) == 0 && (below & leaves) != 0) {
      return (Leaf) children[Integer.numberOfTrailingZeros(below)];
    }
    return null;
  }

  /** The length of the stored form. */
  public int encodedLength() {
    final int leafCount = Integer.bitCount(leaves);
    return 4 + leafCount * LEAF_BYTES + (size() - leafCount) * INNER_BYTES;
  }

  /** Writes the stored form at {@code offset} and returns its length. */
  public int encodeTo(byte[] target, int offset) {
    target[offset] = (byte) (present >>> 8);
    target[offset + 1] = (byte) present;
    target[offset + 2] = (byte) (leaves >>> 8);
    target[offset + 3] = (byte) leaves;
    int at = offset + 4;
    final ByteBuffer buffer = ByteBuffer.wrap(target);
    for (final Child child : children) {
      if (child instanceof Leaf leaf) {
        leaf.key().raw().writeTo(target, at);
        leaf.valueHash().writeTo(target, at + Hash32.LENGTH);
        at += LEAF_BYTES;
      } else if (child instanceof Inner inner) {
        buffer.putLong(at, inner.version());
        inner.hash().writeTo(target, at + 8);
        at += INNER_BYTES;
      }
    }
    return at - offset;
  }

  /** The stored form. */
  public byte[] encode() {
    final byte[] bytes = new byte[encodedLength()];
    encodeTo(bytes, 0);
    return bytes;
  }

  /**
   * The node with this stored form. All hashes are computed anew, so that comparing {@link #hash()}
   * with what the parent says finds a damaged or foreign node.
   *
   * @throws IllegalArgumentException if the length does not fit or leaves are marked in empty slots
   */
  public static Node decode(byte[] bytes) {
    if (bytes.length < 4) {
      throw new IllegalArgumentException("a node has at least 4 bytes, not " + bytes.length);
    }
    final int present = (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
    final int leaves = (bytes[2] & 0xFF) << 8 | (bytes[3] & 0xFF);
    final int leafCount = Integer.bitCount(leaves);
    final int length =
        4 + leafCount * LEAF_BYTES + (Integer.bitCount(present) - leafCount) * INNER_BYTES;
    if ((leaves & ~present) != 0 || bytes.length != length) {
      throw new IllegalArgumentException(
          "node of " + bytes.length + " bytes does not fit its slot maps");
    }
    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    final @Nullable Child[] children = new @Nullable Child[WIDTH];
    int at = 4;
    for (int i = 0; i < WIDTH; i++) {
      if ((leaves >>> i & 1) != 0) {
        children[i] = Leaf.stored(bytes, at);
        at += LEAF_BYTES;
      } else if ((present >>> i & 1) != 0) {
        children[i] = new Inner(buffer.getLong(at), Hash32.at(bytes, at + 8), null);
        at += INNER_BYTES;
      }
    }
    return new Node(children, null).hashed();
  }

  /** Nibble {@code depth} of {@code hash}. */
  static int nibble(Hash32 hash, int depth) {
    final long word =
        switch (depth >>> 4) {
          case 0 -> hash.w0();
          case 1 -> hash.w1();
          case 2 -> hash.w2();
          case 3 -> hash.w3();
          default -> throw new IndexOutOfBoundsException(depth);
        };
    return (int) (word >>> (60 - ((depth & 15) << 2))) & 15;
  }

  private static int[] ranges() {
    final int[] ranges = new int[WIDTH];
    for (int i = 1; i < WIDTH; i++) {
      final int level = 31 - Integer.numberOfLeadingZeros(i);
      final int width = WIDTH >>> level;
      ranges[i] = ((1 << width) - 1) << ((i - (1 << level)) * width);
    }
    return ranges;
  }
}
