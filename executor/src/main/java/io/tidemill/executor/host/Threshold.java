package io.tidemill.executor.host;

import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What the consensus client knows about the threshold committee, as part of the wave: results of
 * ceremonies, never secrets. Source: host-abi 2.13, decisions H5.
 */
public interface Threshold {
  /** A wave without a committee. */
  Threshold NONE =
      new Threshold() {
        @Override
        public byte @Nullable [] committeeKey() {
          return null;
        }

        @Override
        public byte @Nullable [] plaintext(Hash32 ciphertextHash) {
          return null;
        }
      };

  /** The committee's ML-KEM-768 public key (1,184 bytes), or null when there is none. */
  byte @Nullable [] committeeKey();

  /** The combined plaintext of the ciphertext with this Blake3 hash, or null when not combined. */
  byte @Nullable [] plaintext(Hash32 ciphertextHash);
}
