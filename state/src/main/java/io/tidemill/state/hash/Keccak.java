package io.tidemill.state.hash;

import org.bouncycastle.crypto.digests.KeccakDigest;

/** Keccak-256 with the original padding (0x01), not SHA3-256. Source: host-abi 7.3. */
public final class Keccak {
  private Keccak() {}

  /** The digest of all of {@code input}. */
  public static Hash32 hash(byte[] input) {
    return hash(input, 0, input.length);
  }

  /** The digest of {@code length} bytes of {@code input} from {@code offset}. */
  public static Hash32 hash(byte[] input, int offset, int length) {
    final KeccakDigest digest = new KeccakDigest(256);
    digest.update(input, offset, length);
    final byte[] out = new byte[Hash32.LENGTH];
    digest.doFinal(out, 0);
    return Hash32.at(out, 0);
  }
}
