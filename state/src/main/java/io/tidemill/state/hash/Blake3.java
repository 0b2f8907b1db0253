package io.tidemill.state.hash;

import org.bouncycastle.crypto.digests.Blake3Digest;

/** BLAKE3 in its default mode with a 32-byte output. Source: host-abi 7.2. */
public final class Blake3 {
  private Blake3() {}

  /** The digest of all of {@code input}. */
  public static Hash32 hash(byte[] input) {
    return hash(input, 0, input.length);
  }

  /** The digest of {@code length} bytes of {@code input} from {@code offset}. */
  public static Hash32 hash(byte[] input, int offset, int length) {
    final Blake3Digest digest = new Blake3Digest(256);
    digest.update(input, offset, length);
    final byte[] out = new byte[Hash32.LENGTH];
    digest.doFinal(out, 0);
    return Hash32.at(out, 0);
  }
}
