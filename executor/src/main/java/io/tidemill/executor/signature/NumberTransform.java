package io.tidemill.executor.signature;

/**
 * Multiplication in Z_q[x] / (x^512 + 1) with q = 12,289, by a number theoretic transform that
 * folds the negacyclic twist into its twiddle factors: Cooley-Tukey forward to bit-reversed order,
 * Gentleman-Sande back.
 */
final class NumberTransform {
  static final int N = 512;
  static final int Q = 12_289;

  /** A primitive 1,024th root of unity: 11 generates the multiplicative group. */
  private static final int PSI = power(11, (Q - 1) / (2 * N));

  private static final int[] FORWARD = twiddles(PSI);
  private static final int[] BACKWARD = twiddles(power(PSI, Q - 2));
  private static final int N_INVERSE = power(N, Q - 2);

  private NumberTransform() {}

  /** {@code a} becomes a * b; {@code b} is spoilt. All values are in [0, q). */
  static void multiply(int[] a, int[] b) {
    forward(a);
    forward(b);
    for (int i = 0; i < N; i++) {
      a[i] = a[i] * b[i] % Q;
    }
    backward(a);
  }

  private static void forward(int[] a) {
    int half = N;
    for (int groups = 1; groups < N; groups <<= 1) {
      half >>= 1;
      for (int g = 0; g < groups; g++) {
        final int from = 2 * g * half;
        final int twiddle = FORWARD[groups + g];
        for (int i = from; i < from + half; i++) {
          final int low = a[i];
          final int high = a[i + half] * twiddle % Q;
          final int sum = low + high - Q;
          final int difference = low - high;
          // Adds q back where the result is negative.
          a[i] = sum + (sum >> 31 & Q);
          a[i + half] = difference + (difference >> 31 & Q);
        }
      }
    }
  }

  private static void backward(int[] a) {
    int half = 1;
    for (int groups = N >> 1; groups >= 1; groups >>= 1) {
      for (int g = 0; g < groups; g++) {
        final int from = 2 * g * half;
        final int twiddle = BACKWARD[groups + g];
        for (int i = from; i < from + half; i++) {
          final int low = a[i];
          final int high = a[i + half];
          final int sum = low + high - Q;
          final int difference = low - high + Q;
          a[i] = sum + (sum >> 31 & Q);
          a[i + half] = difference * twiddle % Q;
        }
      }
      half <<= 1;
    }
    for (int i = 0; i < N; i++) {
      a[i] = a[i] * N_INVERSE % Q;
    }
  }

  /** Powers of {@code root} in bit-reversed order. */
  private static int[] twiddles(int root) {
    final int[] powers = new int[N];
    int power = 1;
    for (int i = 0; i < N; i++) {
      powers[Integer.reverse(i) >>> 23] = power;
      power = power * root % Q;
    }
    return powers;
  }

  private static int power(int base, int exponent) {
    int result = 1;
    int square = base;
    for (int e = exponent; e > 0; e >>= 1) {
      if ((e & 1) != 0) {
        result = result * square % Q;
      }
      square = square * square % Q;
    }
    return result;
  }
}
