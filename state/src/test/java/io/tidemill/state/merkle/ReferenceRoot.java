package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bouncycastle.crypto.digests.Blake3Digest;

/**
 * The root by its definition (state-and-transactions 3.5): a binary tree over all 256 bits, built
 * from scratch by recursion, with a hash function of other hands. Slow and obvious.
 */
public final class ReferenceRoot {
  private ReferenceRoot() {}

  /** The root of raw key to value. */
  public static Hash32 of(Map<Hash32, byte[]> values) {
    final TreeMap<Hash32, Hash32> leaves = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          final Hash32 keyHash = blake3(key.toBytes());
          final byte[] tag = "JMT::LeafNode".getBytes(StandardCharsets.US_ASCII);
          leaves.put(keyHash, blake3(tag, keyHash.toBytes(), blake3(value).toBytes()));
        });
    return root(leaves, 0);
  }

  private static Hash32 root(SortedMap<Hash32, Hash32> leaves, int depth) {
    if (leaves.isEmpty()) {
      return Hash32.of("SPARSE_MERKLE_PLACEHOLDER_HASH__".getBytes(StandardCharsets.US_ASCII));
    }
    if (leaves.size() == 1) {
      return leaves.get(leaves.firstKey());
    }
    final byte[] split = leaves.firstKey().toBytes();
    for (int bit = depth; bit < 256; bit++) {
      split[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
    }
    split[depth / 8] |= (byte) (0x80 >>> depth % 8);
    final Hash32 left = root(leaves.headMap(Hash32.of(split)), depth + 1);
    final Hash32 right = root(leaves.tailMap(Hash32.of(split)), depth + 1);
    final byte[] tag = "JMT::IntrnalNode".getBytes(StandardCharsets.US_ASCII);
    return blake3(tag, left.toBytes(), right.toBytes());
  }

  private static Hash32 blake3(byte[]... parts) {
    final Blake3Digest digest = new Blake3Digest(256);
    for (final byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    final byte[] out = new byte[32];
    digest.doFinal(out, 0);
    return Hash32.of(out);
  }
}
