package io.tidemill.client.proof;

import com.google.protobuf.ByteString;
import io.tidemill.client.hash.Blake3;
import io.tidemill.v1.MerkleProof;
import io.tidemill.v1.StateProof;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides proofs against a root.
 *
 * <p>The proof of a state key is the path from the root to where the key is, or would be; bit i of
 * the map, from the most significant bit of its first byte, says whether sibling i is sent or is an
 * empty subtree:
 *
 * <pre>
 * form u8 = 1 | end u8 | depth u16 BE | map ceil(depth / 8) | sent siblings 32 each, root first |
 * when end = 2: key hash 32 | value hash 32
 * end: 0 an empty subtree, 1 the leaf of the key itself, 2 the leaf of another key
 * leaf  = Blake3("JMT::LeafNode" | Blake3(key) | Blake3(value))
 * inner = Blake3("JMT::IntrnalNode" | left | right)
 * empty = "SPARSE_MERKLE_PLACEHOLDER_HASH__"
 * </pre>
 */
public final class ProofVerifier {
  private static final int HASH = 32;
  private static final int FORM = 1;
  private static final int HEADER = 4;
  private static final int MAX_DEPTH = 256;
  private static final byte[] LEAF = ascii("JMT::LeafNode");
  private static final byte[] INNER = ascii("JMT::IntrnalNode");
  private static final byte[] EMPTY = ascii("SPARSE_MERKLE_PLACEHOLDER_HASH__");

  private ProofVerifier() {}

  /**
   * Whether {@code proof} shows that the state under {@code root} holds {@code value} under {@code
   * key}, or nothing when {@code value} is null.
   *
   * @param root 32 bytes, from somebody you trust
   * @param key the raw state key, 32 bytes: see {@link StateKeys}
   */
  public static boolean verifyState(
      byte[] root, byte[] key, byte @Nullable [] value, byte[] proof) {
    Path path = Path.read(proof);
    if (path == null) {
      return false;
    }
    byte[] keyHash = Blake3.hash(key);
    byte[] hash;
    if (path.end == 1) {
      if (value == null) {
        return false;
      }
      hash = leaf(keyHash, Blake3.hash(value));
    } else if (value != null) {
      return false;
    } else if (path.end == 0) {
      hash = EMPTY;
    } else {
      // Another key's leaf shows absence only where this key would be, and is not this key's.
      if (Arrays.equals(path.otherKey, keyHash)
          || !sharesBits(path.otherKey, keyHash, path.siblings.size())) {
        return false;
      }
      hash = leaf(path.otherKey, path.otherValue);
    }
    for (int i = path.siblings.size() - 1; i >= 0; i--) {
      byte[] sibling = path.siblings.get(i);
      hash = bit(keyHash, i) == 0 ? inner(hash, sibling) : inner(sibling, hash);
    }
    return Arrays.equals(hash, root);
  }

  /** The same for a proof as the protocol carries it, of {@code key} and of no other. */
  public static boolean verifyState(ByteString root, byte[] key, StateProof proof) {
    return proof.getKey().equals(ByteString.copyFrom(key))
        && verifyState(
            root.toByteArray(),
            key,
            proof.hasValue() ? proof.getValue().toByteArray() : null,
            proof.getProof().toByteArray());
  }

  /**
   * Whether {@code leaf} is record {@code index} of the {@code count} records under {@code root}:
   * the receipts digest or the events root of a wave.
   *
   * @param count how many there are; the wave's record says so, and without it a proof is none
   * @param siblings 32 bytes each, from the leaf to the root
   */
  public static boolean verifyRecord(
      byte[] root, int count, int index, byte[] leaf, List<byte[]> siblings) {
    int depth = count <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(count - 1);
    if (index < 0 || index >= count || siblings.size() != depth) {
      return false;
    }
    byte[] hash = Blake3.hash(leaf);
    for (int i = 0; i < depth; i++) {
      byte[] sibling = siblings.get(i);
      hash = (index >>> i & 1) == 0 ? Blake3.hash(hash, sibling) : Blake3.hash(sibling, hash);
    }
    return Arrays.equals(hash, root);
  }

  /** The same for a proof as the protocol carries it; root and count come from the wave. */
  public static boolean verifyRecord(ByteString root, int count, MerkleProof proof) {
    List<byte[]> siblings = proof.getSiblingsList().stream().map(ByteString::toByteArray).toList();
    return siblings.stream().allMatch(sibling -> sibling.length == HASH)
        && verifyRecord(
            root.toByteArray(), count, proof.getIndex(), proof.getLeaf().toByteArray(), siblings);
  }

  private static byte[] leaf(byte[] keyHash, byte[] valueHash) {
    return Blake3.hash(LEAF, keyHash, valueHash);
  }

  private static byte[] inner(byte[] left, byte[] right) {
    return Blake3.hash(INNER, left, right);
  }

  /** Bit {@code i} from the most significant one of the first byte. */
  private static int bit(byte[] bytes, int i) {
    return bytes[i / 8] >>> 7 - i % 8 & 1;
  }

  private static boolean sharesBits(byte[] a, byte[] b, int count) {
    for (int i = 0; i < count; i++) {
      if (bit(a, i) != bit(b, i)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The parts of a state proof. There is one form of each: whatever is not it is refused. */
  private record Path(int end, List<byte[]> siblings, byte[] otherKey, byte[] otherValue) {
    static @Nullable Path read(byte[] proof) {
      if (proof.length < HEADER || proof[0] != FORM || proof[1] < 0 || proof[1] > 2) {
        return null;
      }
      int depth = (proof[2] & 0xFF) << 8 | (proof[3] & 0xFF);
      int mapLength = (depth + 7) / 8;
      int at = HEADER + mapLength;
      if (depth > MAX_DEPTH || proof.length < at) {
        return null;
      }
      byte[] map = Arrays.copyOfRange(proof, HEADER, at);
      List<byte[]> siblings = new ArrayList<>(depth);
      for (int i = 0; i < 8 * mapLength; i++) {
        boolean sent = bit(map, i) == 1;
        if (sent && (i >= depth || proof.length - at < HASH)) {
          return null;
        }
        if (sent) {
          siblings.add(Arrays.copyOfRange(proof, at, at + HASH));
          at += HASH;
          if (Arrays.equals(siblings.getLast(), EMPTY)) {
            return null;
          }
        } else if (i < depth) {
          siblings.add(EMPTY);
        }
      }
      int rest = proof[1] == 2 ? 2 * HASH : 0;
      if (proof.length - at != rest) {
        return null;
      }
      return new Path(
          proof[1],
          siblings,
          Arrays.copyOfRange(proof, at, at + rest / 2),
          Arrays.copyOfRange(proof, at + rest / 2, at + rest));
    }
  }
}
