package io.tidemill.state.hash;

import java.nio.charset.StandardCharsets;

/**
 * Poseidon2 over the Goldilocks field p = 2^64 - 2^32 + 1: width 8, rate 4, 4 + 22 + 4 rounds,
 * S-box x^7, Horizen Labs constants. Source: host-abi 7.1, state-and-transactions K.1.
 *
 * <p>Byte hash: the input is cut into 7-byte little-endian chunks, one field element each, followed
 * by one element with the byte length; empty input is the single element zero. A sponge overwrites
 * lanes 0 to 3 and permutes after every group of up to four elements. The output is lanes 0 to 3 as
 * canonical little-endian u64.
 */
public final class Poseidon2 {
  private static final int WIDTH = 8;

  /** The length of the array that is permuted: eight lanes, then scratch. */
  static final int STATE = 24;

  /** Where the low 32 bits of the lanes are mixed. */
  private static final int LOW = WIDTH;

  /** Where the high 32 bits of the lanes are mixed. */
  private static final int HIGH = 2 * WIDTH;

  private static final int RATE = 4;
  private static final int CHUNK = 7;
  private static final int EXTERNAL_ROUNDS = 4;
  private static final int INTERNAL_ROUNDS = 22;

  /** The field modulus as an unsigned long. */
  private static final long P = 0xFFFFFFFF00000001L;

  /** 2^64 mod p. */
  private static final long EPSILON = 0xFFFFFFFFL;

  // The diagonal of the internal matrix.
  private static final long D0 = 0xa98811a1fed4e3a5L;
  private static final long D1 = 0x1cc48b54f377e2a0L;
  private static final long D2 = 0xe40cd4f6c5609a26L;
  private static final long D3 = 0x11de79ebca97a4a3L;
  private static final long D4 = 0x9177c73d8b7e929cL;
  private static final long D5 = 0x2a6fe8085797e791L;
  private static final long D6 = 0x3de6e93329f8d5adL;
  private static final long D7 = 0x3f7af9125da962feL;

  private static final long[] EXTERNAL_INITIAL = {
    0xdd5743e7f2a5a5d9L, 0xcb3a864e58ada44bL, 0xffa2449ed32f8cdcL, 0x42025f65d6bd13eeL,
    0x7889175e25506323L, 0x34b98bb03d24b737L, 0xbdcc535ecc4faa2aL, 0x5b20ad869fc0d033L,
    0xf1dda5b9259dfcb4L, 0x27515210be112d59L, 0x4227d1718c766c3fL, 0x26d333161a5bd794L,
    0x49b938957bf4b026L, 0x4a56b5938b213669L, 0x1120426b48c8353dL, 0x6b323c3f10a56cadL,
    0xce57d6245ddca6b2L, 0xb1fc8d402bba1eb1L, 0xb5c5096ca959bd04L, 0x6db55cd306d31f7fL,
    0xc49d293a81cb9641L, 0x1ce55a4fe979719fL, 0xa92e60a9d178a4d1L, 0x002cc64973bcfd8cL,
    0xcea721cce82fb11bL, 0xe5b55eb8098ece81L, 0x4e30525c6f1ddd66L, 0x43c6702827070987L,
    0xaca68430a7b5762aL, 0x3674238634df9c93L, 0x88cee1c825e33433L, 0xde99ae8d74b57176L,
  };

  private static final long[] INTERNAL = {
    0x488897d85ff51f56L, 0x1140737ccb162218L, 0xa7eeb9215866ed35L, 0x9bd2976fee49fcc9L,
    0xc0c8f0de580a3fccL, 0x4fb2dae6ee8fc793L, 0x343a89f35f37395bL, 0x223b525a77ca72c8L,
    0x56ccb62574aaa918L, 0xc4d507d8027af9edL, 0xa080673cf0b7e95cL, 0xf0184884eb70dcf8L,
    0x044f10b0cb3d5c69L, 0xe9e3f7993938f186L, 0x1b761c80e772f459L, 0x606cec607a1b5facL,
    0x14a0c2e1d45f03cdL, 0x4eace8855398574fL, 0xf905ca7103eff3e6L, 0xf8c8f8d20862c059L,
    0xb524fe8bdd678e5aL, 0xfbb7865901a1ec41L,
  };

  private static final long[] EXTERNAL_TERMINAL = {
    0x014ef1197d341346L, 0x9725e20825d07394L, 0xfdb25aef2c5bae3bL, 0xbe5402dc598c971eL,
    0x93a5711f04cdca3dL, 0xc45a9a5b2f8fb97bL, 0xfe8946a924933545L, 0x2af997a27369091cL,
    0xaa62c88e0b294011L, 0x058eb9d810ce9f74L, 0xb3cb23eced349ae4L, 0xa3648177a77b4a84L,
    0x43153d905992d95dL, 0xf4e2a97cda44aa4bL, 0x5baa2702b908682fL, 0x082923bdf4f750d1L,
    0x98ae09a325893803L, 0xf8a6475077968838L, 0xceb0735bf00b2c5fL, 0x0a1a5d953888e072L,
    0x2fcb190489f94475L, 0xb5be06270dec69fcL, 0x739cb934b09acf8bL, 0x537750b75ec7f25bL,
    0xe9dd318bae1f3961L, 0xf7462137299efe1aL, 0xb1f6b8eee9adb940L, 0xbdebcc8a809dfe6bL,
    0x40fc1f791b178113L, 0x3ac1c3362d014864L, 0x9a016184bdb8aebaL, 0x95f2394459fbc25eL,
  };

  private Poseidon2() {}

  /** The byte hash of all of {@code input}. */
  public static Hash32 hash(byte[] input) {
    return hash(input, 0, input.length);
  }

  /** The byte hash of the ASCII bytes of {@code text}. */
  public static Hash32 hash(String text) {
    return hash(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The byte hash of {@code length} bytes of {@code input} from {@code offset}. */
  public static Hash32 hash(byte[] input, int offset, int length) {
    final long[] state = new long[STATE];
    int lane = 0;
    if (length > 0) {
      final int end = offset + length;
      for (int at = offset; at < end; at += CHUNK) {
        state[lane++] = chunk(input, at, Math.min(CHUNK, end - at));
        if (lane == RATE) {
          permute(state);
          lane = 0;
        }
      }
      state[lane++] = length;
    } else {
      state[lane++] = 0;
    }
    permute(state);
    return digest(state);
  }

  /**
   * The hash of two digests: their eight 8-byte little-endian limbs reduced into the field, through
   * the same sponge, without a length element. Source: host-abi 7.1 ("pair").
   */
  public static Hash32 pair(Hash32 left, Hash32 right) {
    final long[] state = new long[STATE];
    absorb(state, left);
    absorb(state, right);
    return digest(state);
  }

  private static void absorb(long[] state, Hash32 value) {
    state[0] = canonical(Long.reverseBytes(value.w0()));
    state[1] = canonical(Long.reverseBytes(value.w1()));
    state[2] = canonical(Long.reverseBytes(value.w2()));
    state[3] = canonical(Long.reverseBytes(value.w3()));
    permute(state);
  }

  private static long chunk(byte[] input, int at, int count) {
    long element = 0;
    for (int i = count - 1; i >= 0; i--) {
      element = (element << 8) | (input[at + i] & 0xFF);
    }
    return element;
  }

  /**
   * The permutation of the first eight elements in place. Lanes are any longs congruent to the
   * field element; the other sixteen elements are scratch.
   */
  static void permute(long[] s) {
    externalLayer(s);
    for (int round = 0; round < EXTERNAL_ROUNDS; round++) {
      externalRound(s, EXTERNAL_INITIAL, round * WIDTH);
    }
    internalRounds(s);
    for (int round = 0; round < EXTERNAL_ROUNDS; round++) {
      externalRound(s, EXTERNAL_TERMINAL, round * WIDTH);
    }
  }

  private static void externalRound(long[] s, long[] constants, int at) {
    s[0] = power7(addConstant(s[0], constants[at + 0]));
    s[1] = power7(addConstant(s[1], constants[at + 1]));
    s[2] = power7(addConstant(s[2], constants[at + 2]));
    s[3] = power7(addConstant(s[3], constants[at + 3]));
    s[4] = power7(addConstant(s[4], constants[at + 4]));
    s[5] = power7(addConstant(s[5], constants[at + 5]));
    s[6] = power7(addConstant(s[6], constants[at + 6]));
    s[7] = power7(addConstant(s[7], constants[at + 7]));
    externalLayer(s);
  }

  /*
   * The matrix has small entries, so it is applied to the low and the high 32 bits apart, where plain
   * sums cannot overflow, and only the eight results are reduced. Nothing branches on a carry that is
   * as likely as not: that costs more than the arithmetic. Lanes are written out because
   * the compiler keeps them in registers then.
   */
  private static void externalLayer(long[] s) {
    mix(s, LOW, 0, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
    mix(s, HIGH, 32, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
    s[0] = join(s[LOW + 0], s[HIGH + 0]);
    s[1] = join(s[LOW + 1], s[HIGH + 1]);
    s[2] = join(s[LOW + 2], s[HIGH + 2]);
    s[3] = join(s[LOW + 3], s[HIGH + 3]);
    s[4] = join(s[LOW + 4], s[HIGH + 4]);
    s[5] = join(s[LOW + 5], s[HIGH + 5]);
    s[6] = join(s[LOW + 6], s[HIGH + 6]);
    s[7] = join(s[LOW + 7], s[HIGH + 7]);
  }

  /**
   * Multiplies 32 bits of each half by [[5,7,1,3],[4,6,1,1],[1,3,5,7],[1,1,4,6]], then adds to
   * every lane the sum of the two lanes equal mod 4.
   */
  private static void mix(
      long[] s,
      int at,
      int shift,
      long x0,
      long x1,
      long x2,
      long x3,
      long x4,
      long x5,
      long x6,
      long x7) {
    final long a1 = x1 >>> shift & EPSILON;
    final long a3 = x3 >>> shift & EPSILON;
    final long a01 = (x0 >>> shift & EPSILON) + a1;
    final long a23 = (x2 >>> shift & EPSILON) + a3;
    final long a11 = 2 * a1 + a23;
    final long a33 = 2 * a3 + a01;
    final long y3 = 4 * a23 + a33;
    final long y1 = 4 * a01 + a11;
    final long y0 = a33 + y1;
    final long y2 = a11 + y3;
    final long b1 = x5 >>> shift & EPSILON;
    final long b3 = x7 >>> shift & EPSILON;
    final long b01 = (x4 >>> shift & EPSILON) + b1;
    final long b23 = (x6 >>> shift & EPSILON) + b3;
    final long b11 = 2 * b1 + b23;
    final long b33 = 2 * b3 + b01;
    final long z3 = 4 * b23 + b33;
    final long z1 = 4 * b01 + b11;
    final long z0 = b33 + z1;
    final long z2 = b11 + z3;
    s[at] = 2 * y0 + z0;
    s[at + 1] = 2 * y1 + z1;
    s[at + 2] = 2 * y2 + z2;
    s[at + 3] = 2 * y3 + z3;
    s[at + 4] = y0 + 2 * z0;
    s[at + 5] = y1 + 2 * z1;
    s[at + 6] = y2 + 2 * z2;
    s[at + 7] = y3 + 2 * z3;
  }

  private static void internalRounds(long[] s) {
    long x0 = s[0];
    long x1 = s[1];
    long x2 = s[2];
    long x3 = s[3];
    long x4 = s[4];
    long x5 = s[5];
    long x6 = s[6];
    long x7 = s[7];
    for (int round = 0; round < INTERNAL_ROUNDS; round++) {
      x0 = power7(addConstant(x0, INTERNAL[round]));
      final long low =
          (x0 & EPSILON)
              + (x1 & EPSILON)
              + (x2 & EPSILON)
              + (x3 & EPSILON)
              + (x4 & EPSILON)
              + (x5 & EPSILON)
              + (x6 & EPSILON)
              + (x7 & EPSILON);
      final long high =
          (x0 >>> 32)
              + (x1 >>> 32)
              + (x2 >>> 32)
              + (x3 >>> 32)
              + (x4 >>> 32)
              + (x5 >>> 32)
              + (x6 >>> 32)
              + (x7 >>> 32);
      final long sum = join(low, high);
      x0 = multiplyAdd(x0, D0, sum);
      x1 = multiplyAdd(x1, D1, sum);
      x2 = multiplyAdd(x2, D2, sum);
      x3 = multiplyAdd(x3, D3, sum);
      x4 = multiplyAdd(x4, D4, sum);
      x5 = multiplyAdd(x5, D5, sum);
      x6 = multiplyAdd(x6, D6, sum);
      x7 = multiplyAdd(x7, D7, sum);
    }
    s[0] = x0;
    s[1] = x1;
    s[2] = x2;
    s[3] = x3;
    s[4] = x4;
    s[5] = x5;
    s[6] = x6;
    s[7] = x7;
  }

  private static long power7(long x) {
    final long x2 = multiply(x, x);
    final long x3 = multiply(x2, x);
    return multiply(multiply(x2, x2), x3);
  }

  /** {@code low + high * 2^32}, both below 2^40. */
  private static long join(long low, long high) {
    final long shifted = high << 32;
    final long rest = low + (high >>> 32) * EPSILON;
    final long sum = shifted + rest;
    // Carries once in 2^24 times.
    return Long.compareUnsigned(sum, rest) < 0 ? sum + EPSILON : sum;
  }

  /** The sum of a long and a canonical constant; with both arbitrary, one fold would not do. */
  private static long addConstant(long a, long constant) {
    return foldCarry(a, constant, a + constant);
  }

  static long multiply(long a, long b) {
    return reduce(Math.unsignedMultiplyHigh(a, b), a * b);
  }

  private static long multiplyAdd(long a, long b, long c) {
    final long product = a * b;
    final long low = product + c;
    return reduce(Math.unsignedMultiplyHigh(a, b) + carry(product, c, low), low);
  }

  /** {@code high * 2^64 + low} mod p, by 2^64 = 2^32 - 1 and 2^96 = -1. */
  private static long reduce(long high, long low) {
    final long top = high >>> 32;
    long folded = low - top;
    // Borrows once in 2^32 times: a branch that is always predicted.
    if (Long.compareUnsigned(low, top) < 0) {
      folded -= EPSILON;
    }
    final long middle = (high & EPSILON) * EPSILON;
    return foldCarry(folded, middle, folded + middle);
  }

  /** {@code sum}, plus 2^64 mod p if computing it from {@code a} and {@code b} carried. */
  private static long foldCarry(long a, long b, long sum) {
    return sum + (EPSILON & -carry(a, b, sum));
  }

  /** 1 if {@code sum = a + b} carried out of 64 bits, else 0. */
  private static long carry(long a, long b, long sum) {
    return (a & b | (a | b) & ~sum) >>> 63;
  }

  private static long canonical(long x) {
    return Long.compareUnsigned(x, P) >= 0 ? x - P : x;
  }

  private static Hash32 digest(long[] s) {
    return new Hash32(
        Long.reverseBytes(canonical(s[0])),
        Long.reverseBytes(canonical(s[1])),
        Long.reverseBytes(canonical(s[2])),
        Long.reverseBytes(canonical(s[3])));
  }
}
