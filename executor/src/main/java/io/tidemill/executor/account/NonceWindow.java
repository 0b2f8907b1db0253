package io.tidemill.executor.account;

/**
 * The sixteen nonces an account may use next: {@code base} to {@code base + 15}, a set bit in
 * {@code used} marks a consumed one. Source: state-and-transactions 1.5.
 *
 * @param base the lowest nonce that is not consumed, unsigned
 * @param used bit i stands for {@code base + i}; bit 0 is clear
 */
public record NonceWindow(long base, int used) {
  /** How many nonces are open at once. */
  public static final int SIZE = 16;

  public static final NonceWindow FRESH = new NonceWindow(0, 0);

  /** Whether {@code nonce} lies in the window and is not consumed. */
  public boolean accepts(long nonce) {
    final long distance = nonce - base;
    // The greatest u64 is never open, so that the base cannot wrap around.
    return nonce != -1L
        && Long.compareUnsigned(nonce, base) >= 0
        && Long.compareUnsigned(distance, SIZE) < 0
        && (used >>> distance & 1) == 0;
  }

  /**
   * The window after {@code nonce} is consumed.
   *
   * @throws IllegalArgumentException unless {@link #accepts}
   */
  public NonceWindow consume(long nonce) {
    if (!accepts(nonce)) {
      throw new IllegalArgumentException("nonce " + Long.toUnsignedString(nonce) + " is not open");
    }
    int bits = used | 1 << (int) (nonce - base);
    long low = base;
    while ((bits & 1) != 0) {
      bits >>>= 1;
      low++;
    }
    return new NonceWindow(low, bits);
  }
}
