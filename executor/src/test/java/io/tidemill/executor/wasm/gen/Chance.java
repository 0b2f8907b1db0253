package io.tidemill.executor.wasm.gen;

/** SplitMix64: the same numbers for the same seed on every JDK, for ever. */
public final class Chance {
  private long state;

  /** A stream that {@code seed} determines. */
  public Chance(long seed) {
    this.state = seed;
  }

  /** 64 random bits. */
  public long bits() {
    state += 0x9E37_79B9_7F4A_7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  /** A number from 0 to {@code bound} - 1. */
  public int below(int bound) {
    return (int) Long.remainderUnsigned(bits(), bound);
  }

  /** A number from {@code least} to {@code most}. */
  public int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** True in {@code percent} of 100 cases. */
  public boolean percent(int percent) {
    return below(100) < percent;
  }
}
