package io.tidemill.state.proof;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * The commitment to an ordered list of records: the events root and the receipts digest of a wave.
 * Source: host-abi 6.4; state-and-transactions 4.5.
 *
 * <pre>
 * leaf = Blake3(record); node = Blake3(left | right); leaves are padded with 32 zero bytes to a power
 * of two; a single record is its leaf; no records are 32 zero bytes
 * </pre>
 *
 * <p>Leaves and nodes are not told apart by their hashes, so a proof counts only together with the
 * number of records, which the wave record carries.
 */
public final class MerkleList {
  private MerkleList() {}

  /** The root over {@code records}. */
  public static Hash32 root(List<byte[]> records) {
    List<Hash32> level = leaves(records);
    if (level.isEmpty()) {
      return Hash32.ZERO;
    }
    while (level.size() > 1) {
      level = up(level);
    }
    return level.getFirst();
  }

  /**
   * The siblings of record {@code index}, from the leaf up.
   *
   * @throws IndexOutOfBoundsException if there is no such record
   */
  public static List<Hash32> prove(List<byte[]> records, int index) {
    java.util.Objects.checkIndex(index, records.size());
    final List<Hash32> siblings = new ArrayList<>();
    List<Hash32> level = leaves(records);
    for (int at = index; level.size() > 1; at >>>= 1) {
      siblings.add(level.get(at ^ 1));
      level = up(level);
    }
    return siblings;
  }

  /** Whether record {@code index} of {@code count} under {@code root} is {@code record}. */
  public static boolean verify(
      Hash32 root, int count, int index, byte[] record, List<Hash32> siblings) {
    if (index < 0 || index >= count || siblings.size() != depth(count)) {
      return false;
    }
    Hash32 hash = Blake3.hash(record);
    for (int i = 0; i < siblings.size(); i++) {
      final Hash32 sibling = siblings.get(i);
      hash = (index >>> i & 1) == 0 ? node(hash, sibling) : node(sibling, hash);
    }
    return hash.equals(root);
  }

  private static int depth(int count) {
    return count <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(count - 1);
  }

  /** The leaves, padded to a power of two. */
  private static List<Hash32> leaves(List<byte[]> records) {
    final List<Hash32> leaves = new ArrayList<>();
    for (final byte[] record : records) {
      leaves.add(Blake3.hash(record));
    }
    final int width = records.isEmpty() ? 0 : 1 << depth(records.size());
    while (leaves.size() < width) {
      leaves.add(Hash32.ZERO);
    }
    return leaves;
  }

  private static List<Hash32> up(List<Hash32> level) {
    final List<Hash32> above = new ArrayList<>(level.size() / 2);
    for (int i = 0; i < level.size(); i += 2) {
      above.add(node(level.get(i), level.get(i + 1)));
    }
    return above;
  }

  private static Hash32 node(Hash32 left, Hash32 right) {
    final byte[] bytes = new byte[2 * Hash32.LENGTH];
    left.writeTo(bytes, 0);
    right.writeTo(bytes, Hash32.LENGTH);
    return Blake3.hash(bytes);
  }
}
