package io.tidemill.state.proof;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides proofs against a root. Pure; never throws on a well-formed {@link Proof}. */
public final class ProofVerifier {
  private ProofVerifier() {}

  /**
   * Whether {@code proof} shows that the state under {@code root} holds {@code value} under the raw
   * key, or nothing when {@code value} is null.
   */
  public static boolean verify(Hash32 root, Hash32 rawKey, byte @Nullable [] value, Proof proof) {
    final Hash32 keyHash = Blake3.hash(rawKey);
    final Hash32 end;
    switch (proof.end()) {
      case OWN_LEAF -> {
        if (value == null) {
          return false;
        }
        end = TreeHash.leaf(keyHash, Blake3.hash(value));
      }
      case OTHER_LEAF -> {
        final Proof.OtherLeaf other = proof.other();
        if (value != null
            || other == null
            || other.keyHash().equals(keyHash)
            || commonBits(other.keyHash(), keyHash) < proof.siblings().size()) {
          return false;
        }
        end = TreeHash.leaf(other.keyHash(), other.valueHash());
      }
      case EMPTY -> {
        if (value != null) {
          return false;
        }
        end = TreeHash.EMPTY;
      }
      default -> throw new AssertionError(proof.end());
    }
    return fold(keyHash, end, proof.siblings()).equals(root);
  }

  private static Hash32 fold(Hash32 keyHash, Hash32 end, List<Hash32> siblings) {
    Hash32 hash = end;
    for (int i = siblings.size() - 1; i >= 0; i--) {
      final Hash32 sibling = siblings.get(i);
      hash = keyHash.bit(i) == 0 ? TreeHash.inner(hash, sibling) : TreeHash.inner(sibling, hash);
    }
    return hash;
  }

  /** How many leading bits two hashes share. */
  static int commonBits(Hash32 a, Hash32 b) {
    if (a.w0() != b.w0()) {
      return Long.numberOfLeadingZeros(a.w0() ^ b.w0());
    }
    if (a.w1() != b.w1()) {
      return 64 + Long.numberOfLeadingZeros(a.w1() ^ b.w1());
    }
    if (a.w2() != b.w2()) {
      return 128 + Long.numberOfLeadingZeros(a.w2() ^ b.w2());
    }
    return a.w3() == b.w3() ? 256 : 192 + Long.numberOfLeadingZeros(a.w3() ^ b.w3());
  }
}
