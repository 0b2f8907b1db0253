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

  /** Where the low parts of the lanes are summed. */
  private static final int LOW = WIDTH;

  /** Where the high parts of the lanes are summed. */
  private static final int HIGH = 2 * WIDTH;

  private static final int RATE = 4;
  private static final int CHUNK = 7;
  private static final int EXTERNAL_ROUNDS = 4;
  private static final int INTERNAL_ROUNDS = 22;

  /** The field modulus as an unsigned long. */
  private static final long P = 0xFFFFFFFF00000001L;

  /** 2^64 mod p, and the mask of the low 32 bits. */
  private static final long EPSILON = 0xFFFFFFFFL;

  // Zero, written as a low and a high part: added to a value, it keeps the low part from being
  // negative when the parts are joined.
  private static final long ZERO_LOW = 1L << 40;
  private static final long ZERO_HIGH = -(1L << 8);

  // The diagonal of the internal matrix.
  private static final long D0 = 0xa98811a1fed4e3a5L;
  private static final long D1 = 0x1cc48b54f377e2a0L;
  private static final long D2 = 0xe40cd4f6c5609a26L;
  private static final long D3 = 0x11de79ebca97a4a3L;
  private static final long D4 = 0x9177c73d8b7e929cL;
  private static final long D5 = 0x2a6fe8085797e791L;
  private static final long D6 = 0x3de6e93329f8d5adL;
  private static final long D7 = 0x3f7af9125da962feL;

  static final long[] EXTERNAL_INITIAL = {
    0xdd5743e7f2a5a5d9L, 0xcb3a864e58ada44bL, 0xffa2449ed32f8cdcL, 0x42025f65d6bd13eeL,
    0x7889175e25506323L, 0x34b98bb03d24b737L, 0xbdcc535ecc4faa2aL, 0x5b20ad869fc0d033L,
    0xf1dda5b9259dfcb4L, 0x27515210be112d59L, 0x4227d1718c766c3fL, 0x26d333161a5bd794L,
    0x49b938957bf4b026L, 0x4a56b5938b213669L, 0x1120426b48c8353dL, 0x6b323c3f10a56cadL,
    0xce57d6245ddca6b2L, 0xb1fc8d402bba1eb1L, 0xb5c5096ca959bd04L, 0x6db55cd306d31f7fL,
    0xc49d293a81cb9641L, 0x1ce55a4fe979719fL, 0xa92e60a9d178a4d1L, 0x002cc64973bcfd8cL,
    0xcea721cce82fb11bL, 0xe5b55eb8098ece81L, 0x4e30525c6f1ddd66L, 0x43c6702827070987L,
    0xaca68430a7b5762aL, 0x3674238634df9c93L, 0x88cee1c825e33433L, 0xde99ae8d74b57176L,
  };

  static final long[] INTERNAL = {
    0x488897d85ff51f56L, 0x1140737ccb162218L, 0xa7eeb9215866ed35L, 0x9bd2976fee49fcc9L,
    0xc0c8f0de580a3fccL, 0x4fb2dae6ee8fc793L, 0x343a89f35f37395bL, 0x223b525a77ca72c8L,
    0x56ccb62574aaa918L, 0xc4d507d8027af9edL, 0xa080673cf0b7e95cL, 0xf0184884eb70dcf8L,
    0x044f10b0cb3d5c69L, 0xe9e3f7993938f186L, 0x1b761c80e772f459L, 0x606cec607a1b5facL,
    0x14a0c2e1d45f03cdL, 0x4eace8855398574fL, 0xf905ca7103eff3e6L, 0xf8c8f8d20862c059L,
    0xb524fe8bdd678e5aL, 0xfbb7865901a1ec41L,
  };

  static final long[] EXTERNAL_TERMINAL = {
    0x014ef1197d341346L, 0x9725e20825d07394L, 0xfdb25aef2c5bae3bL, 0xbe5402dc598c971eL,
    0x93a5711f04cdca3dL, 0xc45a9a5b2f8fb97bL, 0xfe8946a924933545L, 0x2af997a27369091cL,
    0xaa62c88e0b294011L, 0x058eb9d810ce9f74L, 0xb3cb23eced349ae4L, 0xa3648177a77b4a84L,
    0x43153d905992d95dL, 0xf4e2a97cda44aa4bL, 0x5baa2702b908682fL, 0x082923bdf4f750d1L,
    0x98ae09a325893803L, 0xf8a6475077968838L, 0xceb0735bf00b2c5fL, 0x0a1a5d953888e072L,
    0x2fcb190489f94475L, 0xb5be06270dec69fcL, 0x739cb934b09acf8bL, 0x537750b75ec7f25bL,
    0xe9dd318bae1f3961L, 0xf7462137299efe1aL, 0xb1f6b8eee9adb940L, 0xbdebcc8a809dfe6bL,
    0x40fc1f791b178113L, 0x3ac1c3362d014864L, 0x9a016184bdb8aebaL, 0x95f2394459fbc25eL,
  };

  private static final long[] FIRST_INTERNAL = {INTERNAL[0], 0, 0, 0, 0, 0, 0, 0};
  private static final long[] NONE = new long[WIDTH];

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
    split(s);
    externalLayer(s, EXTERNAL_INITIAL, 0);
    for (int round = 1; round < EXTERNAL_ROUNDS; round++) {
      boxes(s);
      externalLayer(s, EXTERNAL_INITIAL, round * WIDTH);
    }
    boxes(s);
    externalLayer(s, FIRST_INTERNAL, 0);
    internalRounds(s);
    for (int round = 1; round < EXTERNAL_ROUNDS; round++) {
      boxes(s);
      externalLayer(s, EXTERNAL_TERMINAL, round * WIDTH);
    }
    boxes(s);
    externalLayer(s, NONE, 0);
  }

  /*
   * Between two S-boxes everything is a sum with small factors: the matrices, the constants. A lane
   * is kept there as two parts, low + 2^32 * high, each a plain signed long that cannot overflow, and
   * reduced once, where the next multiplication needs it in one long. The product of an S-box is
   * not reduced either: 2^64 = 2^32 - 1 and 2^96 = -1 turn its four 32-bit words into two parts. The
   * constants of the next round are added before the lanes are joined.
   *
   * Branches are either taken once in 2^20 times or compile to conditional moves. Lanes are written
   * out because the compiler keeps them in registers then.
   */
  private static void split(long[] s) {
    for (int lane = 0; lane < WIDTH; lane++) {
      s[LOW + lane] = s[lane] & EPSILON;
      s[HIGH + lane] = s[lane] >>> 32;
    }
  }

  private static void boxes(long[] s) {
    box(s, 0);
    box(s, 1);
    box(s, 2);
    box(s, 3);
    box(s, 4);
    box(s, 5);
    box(s, 6);
    box(s, 7);
  }

  /** The seventh power of a lane, in parts. */
  private static void box(long[] s, int lane) {
    final long x = s[lane];
    final long x2 = multiply(x, x);
    final long x3 = multiply(x2, x);
    final long x4 = multiply(x2, x2);
    final long productHigh = Math.unsignedMultiplyHigh(x3, x4);
    final long productLow = x3 * x4;
    s[LOW + lane] = lowPart(productHigh, productLow);
    s[HIGH + lane] = highPart(productHigh, productLow);
  }

  /** The external matrix and eight constants from {@code at}: parts in, joined lanes out. */
  private static void externalLayer(long[] s, long[] constants, int at) {
    mix(s, LOW);
    mix(s, HIGH);
    for (int lane = 0; lane < WIDTH; lane++) {
      final long constant = constants[at + lane];
      s[lane] =
          join(
              s[LOW + lane] + (constant & EPSILON) + ZERO_LOW,
              s[HIGH + lane] + (constant >>> 32) + ZERO_HIGH);
    }
  }

  /**
   * Multiplies each half by [[5,7,1,3],[4,6,1,1],[1,3,5,7],[1,1,4,6]], then adds to every lane the
   * sum of the two lanes equal mod 4.
   */
  private static void mix(long[] s, int at) {
    final long a1 = s[at + 1];
    final long a3 = s[at + 3];
    final long a01 = s[at] + a1;
    final long a23 = s[at + 2] + a3;
    final long a11 = 2 * a1 + a23;
    final long a33 = 2 * a3 + a01;
    final long y3 = 4 * a23 + a33;
    final long y1 = 4 * a01 + a11;
    final long y0 = a33 + y1;
    final long y2 = a11 + y3;
    final long b1 = s[at + 5];
    final long b3 = s[at + 7];
    final long b01 = s[at + 4] + b1;
    final long b23 = s[at + 6] + b3;
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

  /**
   * The internal rounds: lane 0 through the S-box, then every lane times its diagonal entry plus
   * the sum of all. The sum of lanes 1 to 7 is known before the S-box is done, so that from one
   * S-box to the next there is one multiplication, {@code (D0 + 1) * x0^7 + rest}. Lane 0 comes in
   * with the first constant added; all lanes leave with those of the next external round.
   */
  private static void internalRounds(long[] s) {
    split(s);
    long x = s[0];
    long restLow = sumOfRest(s, LOW) + ZERO_LOW;
    long restHigh = sumOfRest(s, HIGH) + ZERO_HIGH;
    for (int round = 1; round <= INTERNAL_ROUNDS; round++) {
      final long x2 = multiply(x, x);
      final long x3 = multiply(x2, x);
      final long x4 = multiply(x2, x2);
      final long productHigh = Math.unsignedMultiplyHigh(x3, x4);
      final long productLow = x3 * x4;
      final long boxLow = lowPart(productHigh, productLow);
      final long boxHigh = highPart(productHigh, productLow);
      final long box = join(boxLow + ZERO_LOW, boxHigh + ZERO_HIGH);
      final long constant = round < INTERNAL_ROUNDS ? INTERNAL[round] : EXTERNAL_TERMINAL[0];
      x =
          multiplyAdd(
              s, 0, box, D0 + 1, restLow + (constant & EPSILON), restHigh + (constant >>> 32));
      final long sum = join(restLow + boxLow, restHigh + boxHigh);
      final long sumLow = (sum & EPSILON) + ZERO_LOW;
      final long sumHigh = (sum >>> 32) + ZERO_HIGH;
      s[1] = multiplyAdd(s, 1, s[1], D1, sumLow, sumHigh);
      s[2] = multiplyAdd(s, 2, s[2], D2, sumLow, sumHigh);
      s[3] = multiplyAdd(s, 3, s[3], D3, sumLow, sumHigh);
      s[4] = multiplyAdd(s, 4, s[4], D4, sumLow, sumHigh);
      s[5] = multiplyAdd(s, 5, s[5], D5, sumLow, sumHigh);
      s[6] = multiplyAdd(s, 6, s[6], D6, sumLow, sumHigh);
      s[7] = multiplyAdd(s, 7, s[7], D7, sumLow, sumHigh);
      restLow = sumOfRest(s, LOW);
      restHigh = sumOfRest(s, HIGH);
    }
    s[0] = x;
    for (int lane = 1; lane < WIDTH; lane++) {
      final long constant = EXTERNAL_TERMINAL[lane];
      s[lane] =
          join((s[lane] & EPSILON) + (constant & EPSILON), (s[lane] >>> 32) + (constant >>> 32));
    }
  }

  private static long sumOfRest(long[] s, int at) {
    return s[at + 1] + s[at + 2] + s[at + 3] + s[at + 4] + s[at + 5] + s[at + 6] + s[at + 7];
  }

  /** {@code x * factor} plus a value in parts; leaves its parts beside {@code lane}. */
  private static long multiplyAdd(
      long[] s, int lane, long x, long factor, long addLow, long addHigh) {
    final long productHigh = Math.unsignedMultiplyHigh(x, factor);
    final long productLow = x * factor;
    final long low = lowPart(productHigh, productLow) + addLow;
    final long high = highPart(productHigh, productLow) + addHigh;
    s[LOW + lane] = low;
    s[HIGH + lane] = high;
    return join(low, high);
  }

  /** Of {@code high * 2^64 + low} in parts: the low one, above -2^33 and below 2^32. */
  private static long lowPart(long high, long low) {
    return (low & EPSILON) - (high & EPSILON) - (high >>> 32);
  }

  /** Of {@code high * 2^64 + low} in parts: the high one, below 2^33. */
  private static long highPart(long high, long low) {
    return (low >>> 32) + (high & EPSILON);
  }

  /**
   * {@code low + high * 2^32} in one long. The high part is above -2^32, the low part is 0 or more,
   * and 2^32 or more where the high part is negative; both are below 2^44.
   */
  private static long join(long low, long high) {
    final long over = high >> 32;
    final long rest = low + (over << 32) - over;
    final long sum = (high << 32) + rest;
    return Long.compareUnsigned(sum, rest) < 0 ? sum + EPSILON : sum;
  }

  static long multiply(long a, long b) {
    final long high = Math.unsignedMultiplyHigh(a, b);
    final long low = a * b;
    final long top = high >>> 32;
    long folded = low - top;
    if (Long.compareUnsigned(low, top) < 0) {
      folded -= EPSILON;
    }
    final long middle = (high & EPSILON) * EPSILON;
    final long sum = folded + middle;
    return Long.compareUnsigned(sum, middle) < 0 ? sum + EPSILON : sum;
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
