package io.tidemill.executor;

import io.tidemill.executor.host.Threshold;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the wave says about the threshold committee. Part of the wave's content. Source: decisions
 * H5, host-abi 2.13.
 *
 * @param committeeKey the committee's public key, or null when there is none
 * @param plaintexts combined plaintexts, sorted by ciphertext hash
 */
public record ThresholdInput(byte @Nullable [] committeeKey, List<Plaintext> plaintexts)
    implements Threshold {
  /** Without a committee. */
  public static final ThresholdInput NONE = new ThresholdInput(null, List.of());

  /** A ciphertext that the committee opened. */
  public record Plaintext(Hash32 ciphertextHash, byte[] plaintext) {}

  public ThresholdInput {
    final List<Plaintext> sorted = new ArrayList<>(plaintexts);
    sorted.sort(Comparator.comparing(Plaintext::ciphertextHash));
    plaintexts = List.copyOf(sorted);
  }

  @Override
  public byte @Nullable [] plaintext(Hash32 ciphertextHash) {
    int low = 0;
    int high = plaintexts.size() - 1;
    while (low <= high) {
      final int middle = (low + high) >>> 1;
      final int order = plaintexts.get(middle).ciphertextHash().compareTo(ciphertextHash);
      if (order == 0) {
        return plaintexts.get(middle).plaintext();
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }
}
