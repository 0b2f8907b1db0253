package io.tidemill.server.chain;

import java.io.Serial;
import java.security.SecureRandom;
import org.bouncycastle.crypto.digests.SHAKEDigest;

/** The SHAKE256 stream of a seed, for keys that everybody may know. */
final class SeededRandom extends SecureRandom {
  @Serial private static final long serialVersionUID = 1L;

  private final transient SHAKEDigest stream = new SHAKEDigest(256);

  SeededRandom(byte[] seed) {
    stream.update(seed, 0, seed.length);
  }

  @Override
  public void nextBytes(byte[] bytes) {
    // The superclass may ask before the field is set.
    if (stream != null) {
      stream.doOutput(bytes, 0, bytes.length);
    }
  }
}
