package io.tidemill.state.hash;

import java.math.BigInteger;
import java.util.Arrays;

/** The permutation as its equations are printed, slowly. Source: state-and-transactions K.1. */
final class PlainPoseidon2 {
  private static final BigInteger P = new BigInteger("ffffffff00000001", 16);
  private static final int[][] HALF = {{5, 7, 1, 3}, {4, 6, 1, 1}, {1, 3, 5, 7}, {1, 1, 4, 6}};
  private static final String[] DIAGONAL = {
    "a98811a1fed4e3a5", "1cc48b54f377e2a0", "e40cd4f6c5609a26", "11de79ebca97a4a3",
    "9177c73d8b7e929c", "2a6fe8085797e791", "3de6e93329f8d5ad", "3f7af9125da962fe"
  };

  private PlainPoseidon2() {}

  static long[] permuted(long[] lanes) {
    BigInteger[] s =
        Arrays.stream(lanes)
            .mapToObj(lane -> new BigInteger(Long.toUnsignedString(lane)).mod(P))
            .toArray(BigInteger[]::new);
    s = external(s);
    for (int round = 0; round < 4; round++) {
      s = external(boxes(s, Poseidon2.EXTERNAL_INITIAL, round));
    }
    for (long constant : Poseidon2.INTERNAL) {
      s[0] = box(s[0], constant);
      s = internal(s);
    }
    for (int round = 0; round < 4; round++) {
      s = external(boxes(s, Poseidon2.EXTERNAL_TERMINAL, round));
    }
    return Arrays.stream(s).mapToLong(BigInteger::longValue).toArray();
  }

  private static BigInteger[] boxes(BigInteger[] s, long[] constants, int round) {
    final BigInteger[] boxed = new BigInteger[8];
    for (int lane = 0; lane < 8; lane++) {
      boxed[lane] = box(s[lane], constants[8 * round + lane]);
    }
    return boxed;
  }

  private static BigInteger box(BigInteger x, long constant) {
    return x.add(new BigInteger(Long.toUnsignedString(constant))).modPow(BigInteger.valueOf(7), P);
  }

  private static BigInteger[] external(BigInteger[] s) {
    final BigInteger[] half = new BigInteger[8];
    for (int row = 0; row < 8; row++) {
      half[row] = BigInteger.ZERO;
      for (int column = 0; column < 4; column++) {
        final BigInteger factor = BigInteger.valueOf(HALF[row % 4][column]);
        half[row] = half[row].add(factor.multiply(s[row / 4 * 4 + column]));
      }
    }
    final BigInteger[] mixed = new BigInteger[8];
    for (int lane = 0; lane < 8; lane++) {
      mixed[lane] = half[lane].add(half[lane % 4]).add(half[lane % 4 + 4]).mod(P);
    }
    return mixed;
  }

  private static BigInteger[] internal(BigInteger[] s) {
    final BigInteger sum = Arrays.stream(s).reduce(BigInteger.ZERO, BigInteger::add);
    final BigInteger[] mixed = new BigInteger[8];
    for (int lane = 0; lane < 8; lane++) {
      mixed[lane] = new BigInteger(DIAGONAL[lane], 16).multiply(s[lane]).add(sum).mod(P);
    }
    return mixed;
  }
}
