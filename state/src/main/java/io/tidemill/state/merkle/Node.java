package io.tidemill.state.merkle;

import io.tidemill.state.hash.Blake3Lanes;
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

  /** What is in the slots that are in use, in order. */
  private final Child[] children;

  /** The hashes of the places in {@link #folded}, in order, four words each. */
  private final long[] folds;

  /** The slots in use, and those with a leaf. */
  private final int present;

  private final int leaves;

  /**
   * The places of the binary heap that have a hash of their own: not a lone leaf's, not nothing's.
   */
  private final int folded;

  /**
   * The node over {@code slots}. It has the hashes of {@code old} until those of the slots that
   * changed are set with {@link #fold}; without an old node that is all of them.
   */
  Node(@Nullable Child[] slots, @Nullable Node old) {
    int presentBits = 0;
    int leafBits = 0;
    for (int i = 0; i < WIDTH; i++) {
      if (slots[i] != null) {
        presentBits |= 1 << i;
        leafBits |= slots[i] instanceof Leaf ? 1 << i : 0;
      }
    }
    this.children = new Child[Integer.bitCount(presentBits)];
    int next = 0;
    for (final Child child : slots) {
      if (child != null) {
        children[next++] = child;
      }
    }
    int foldedBits = 0;
    for (int i = 1; i < WIDTH; i++) {
      final int below = presentBits & RANGE[i];
      final boolean alone = (below & (below - 1)) == 0 && (below & ~leafBits) == 0;
      foldedBits |= alone ? 0 : 1 << i;
    }
    this.present = presentBits;
    this.leaves = leafBits;
    this.folded = foldedBits;
    this.folds = new long[4 * Integer.bitCount(foldedBits)];
    if (old != null) {
      keep(old);
    }
  }

  private void keep(Node old) {
    if (old.folded == folded) {
      System.arraycopy(old.folds, 0, folds, 0, folds.length);
      return;
    }
    for (int rest = folded & old.folded; rest != 0; rest &= rest - 1) {
      final int i = Integer.numberOfTrailingZeros(rest);
      System.arraycopy(old.folds, old.foldAt(i), folds, foldAt(i), 4);
    }
  }

  /** Computes all hashes, one by one. */
  private Node hashed() {
    for (int i = WIDTH - 1; i > 0; i--) {
      if (isFolded(i)) {
        fold(i, TreeHash.inner(at(2 * i), at(2 * i + 1)));
      }
    }
    return this;
  }

  /** Whether the hash of heap position {@code i}, 1 to 15, is one over two subtrees. */
  boolean isFolded(int i) {
    return (folded >>> i & 1) != 0;
  }

  /** Sets the hash of heap position {@code i}, for which {@link #isFolded}. */
  void fold(int i, Hash32 hash) {
    final int at = foldAt(i);
    folds[at] = hash.w0();
    folds[at + 1] = hash.w1();
    folds[at + 2] = hash.w2();
    folds[at + 3] = hash.w3();
  }

  private int foldAt(int i) {
    return 4 * Integer.bitCount(folded & (1 << i) - 1);
  }

  /** Whether one of {@code slots} is below heap position {@code i}. */
  static boolean isBelow(int i, int slots) {
    return (RANGE[i] & slots) != 0;
  }

  /** The hash of the subtree. */
  public Hash32 hash() {
    return at(1);
  }

  /** What is in {@code slot}. */
  public @Nullable Child child(int slot) {
    return (present >>> slot & 1) == 0 ? null : inUse(slot);
  }

  private Child inUse(int slot) {
    return children[Integer.bitCount(present & (1 << slot) - 1)];
  }

  /** The number of slots in use. */
  public int size() {
    return children.length;
  }

  /** All slots, to be changed. */
  @Nullable Child[] slots() {
    final @Nullable Child[] slots = new @Nullable Child[WIDTH];
    int next = 0;
    for (int rest = present; rest != 0; rest &= rest - 1) {
      slots[Integer.numberOfTrailingZeros(rest)] = children[next++];
    }
    return slots;
  }

  /** The kept hash of heap position {@code i}, 1 to 31. */
  Hash32 at(int i) {
    if (i < WIDTH && isFolded(i)) {
      final int at = foldAt(i);
      return new Hash32(folds[at], folds[at + 1], folds[at + 2], folds[at + 3]);
    }
    final int below = below(i);
    return below == 0 ? TreeHash.EMPTY : inUse(Integer.numberOfTrailingZeros(below)).hash();
  }

  /** Puts the two hashes below heap position {@code i}, 1 to 15, into the next of {@code lanes}. */
  void addTo(Blake3Lanes lanes, int i) {
    final int lane = TreeHash.startInner(lanes);
    half(lanes, lane, 2 * i);
    half(lanes, lane, 2 * i + 1);
  }

  /** As {@link #at}, without an object for the hash: this is where an update spends its time. */
  private void half(Blake3Lanes lanes, int lane, int i) {
    if (i < WIDTH && isFolded(i)) {
      final int at = foldAt(i);
      half(lanes, lane, i, folds[at], folds[at + 1], folds[at + 2], folds[at + 3]);
      return;
    }
    final int below = below(i);
    final Child child = below == 0 ? null : inUse(Integer.numberOfTrailingZeros(below));
    if (child instanceof Leaf leaf) {
      half(lanes, lane, i, leaf.hash0, leaf.hash1, leaf.hash2, leaf.hash3);
    } else {
      final Hash32 hash = child == null ? TreeHash.EMPTY : child.hash();
      half(lanes, lane, i, hash.w0(), hash.w1(), hash.w2(), hash.w3());
    }
  }

  private static void half(Blake3Lanes lanes, int lane, int i, long w0, long w1, long w2, long w3) {
    if ((i & 1) == 0) {
      lanes.left(lane, w0, w1, w2, w3);
    } else {
      lanes.right(lane, w0, w1, w2, w3);
    }
  }

  /** The leaf that is alone below heap position {@code i}, or null. */
  @Nullable Leaf onlyLeaf(int i) {
    final int below = below(i);
    return below != 0 && (below & (below - 1)) == 0 && (below & leaves) != 0
        ? (Leaf) inUse(Integer.numberOfTrailingZeros(below))
        : null;
  }

  /** Whether no key is below heap position {@code i}. */
  boolean isEmpty(int i) {
    return below(i) == 0;
  }

  /** The slots in use below heap position {@code i}, 1 to 31. */
  private int below(int i) {
    return present & (i < WIDTH ? RANGE[i] : 1 << (i - WIDTH));
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
