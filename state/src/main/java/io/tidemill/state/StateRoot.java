package io.tidemill.state;

import io.tidemill.state.hash.Hash32;

/**
 * The commitment to a whole state. Consensus compares {@code blake3}; {@code poseidon2} is zero
 * unless the optional epoch tree is on (decisions S6, S7).
 */
public record StateRoot(Hash32 blake3, Hash32 poseidon2) {
  /** The root of a chain before its genesis is seeded. */
  public static final StateRoot NONE = new StateRoot(Hash32.ZERO, Hash32.ZERO);

  /** The root with no Poseidon2 tree. */
  public static StateRoot of(Hash32 blake3) {
    return new StateRoot(blake3, Hash32.ZERO);
  }
}
