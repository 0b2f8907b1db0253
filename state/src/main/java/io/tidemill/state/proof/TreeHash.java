package io.tidemill.state.proof;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;

/**
 * The three hashes of the tree and its one constant. Source: state-and-transactions 3.5; decisions
 * S6.
 *
 * <pre>
 * leaf  = Blake3("JMT::LeafNode"     13 bytes | key hash 32 | value hash 32)    77 bytes
 * inner = Blake3("JMT::IntrnalNode"  16 bytes | left 32     | right 32)         80 bytes
 * empty = "SPARSE_MERKLE_PLACEHOLDER_HASH__"                                    32 bytes, not hashed
 * </pre>
 */
public final class TreeHash {
  /** The hash of a subtree without keys. */
  public static final Hash32 EMPTY =
      Hash32.of("SPARSE_MERKLE_PLACEHOLDER_HASH__".getBytes(StandardCharsets.US_ASCII));

  private static final byte[] LEAF_TAG = "JMT::LeafNode".getBytes(StandardCharsets.US_ASCII);
  private static final int LEAF_BYTES = LEAF_TAG.length + 2 * Hash32.LENGTH;
  private static final byte[] INNER_TAG = "JMT::IntrnalNode".getBytes(StandardCharsets.US_ASCII);
  private static final long INNER_TAG_0 = word(INNER_TAG, 0);
  private static final long INNER_TAG_1 = word(INNER_TAG, 8);

  private TreeHash() {}

  /** The hash of the leaf that maps {@code keyHash} to a value with {@code valueHash}. */
  public static Hash32 leaf(Hash32 keyHash, Hash32 valueHash) {
    final byte[] bytes = new byte[LEAF_BYTES];
    System.arraycopy(LEAF_TAG, 0, bytes, 0, LEAF_TAG.length);
    keyHash.writeTo(bytes, LEAF_TAG.length);
    valueHash.writeTo(bytes, LEAF_TAG.length + Hash32.LENGTH);
    return Blake3.hash(bytes);
  }

  /** The hash of the inner node over two subtrees. */
  public static Hash32 inner(Hash32 left, Hash32 right) {
    return Blake3.hash(INNER_TAG_0, INNER_TAG_1, left, right);
  }

  /** Puts an inner node into {@code lanes}; its digest there is {@link #inner}. */
  public static void addInner(Blake3Lanes lanes, Hash32 left, Hash32 right) {
    lanes.add(INNER_TAG_0, INNER_TAG_1, left, right);
  }

  /** Starts an inner node in {@code lanes}, which the caller gives its two hashes. */
  public static int startInner(Blake3Lanes lanes) {
    return lanes.start(INNER_TAG_0, INNER_TAG_1);
  }

  /** Runs lanes that {@link #addInner} or {@link #startInner} filled. */
  public static void runInner(Blake3Lanes lanes) {
    lanes.run(INNER_TAG.length + 2 * Hash32.LENGTH);
  }

  /**
   * Puts a leaf into {@code lanes}; its digest there is {@link #leaf}.
   *
   * @param scratch {@link Blake3Lanes#MAX_LENGTH} bytes to work in
   */
  public static void addLeaf(Blake3Lanes lanes, byte[] scratch, Hash32 keyHash, Hash32 valueHash) {
    System.arraycopy(LEAF_TAG, 0, scratch, 0, LEAF_TAG.length);
    keyHash.writeTo(scratch, LEAF_TAG.length);
    valueHash.writeTo(scratch, LEAF_TAG.length + Hash32.LENGTH);
    java.util.Arrays.fill(scratch, LEAF_BYTES, scratch.length, (byte) 0);
    lanes.add(scratch);
  }

  /** Runs lanes that {@link #addLeaf} filled. */
  public static void runLeaves(Blake3Lanes lanes) {
    lanes.run(LEAF_BYTES);
  }

  private static long word(byte[] bytes, int at) {
    long word = 0;
    for (int i = 0; i < 8; i++) {
      word = (word << 8) | (bytes[at + i] & 0xFF);
    }
    return word;
  }
}
