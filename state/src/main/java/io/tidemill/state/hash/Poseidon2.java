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
  private static final int RATE = 4;
  private static final int CHUNK = 7;
  private static final int EXTERNAL_ROUNDS = 4;
  private static final int INTERNAL_ROUNDS = 22;

  /** The field modulus as an unsigned long. */
  private static final long P = 0xFFFFFFFF00000001L;

  /** 2^64 mod p. */
  private static final long EPSILON = 0xFFFFFFFFL;

  private static final long[] INTERNAL_DIAGONAL = {
    0xa98811a1fed4e3a5L, 0x1cc48b54f377e2a0L, 0xe40cd4f6c5609a26L, 0x11de79ebca97a4a3L,
    0x9177c73d8b7e929cL, 0x2a6fe8085797e791L, 0x3de6e93329f8d5adL, 0x3f7af9125da962feL,
  };

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
    final long[] state = new long[WIDTH];
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
    return new Hash32(
        Long.reverseBytes(state[0]),
        Long.reverseBytes(state[1]),
        Long.reverseBytes(state[2]),
        Long.reverseBytes(state[3]));
  }

  /**
   * The hash of two digests: their eight 8-byte little-endian limbs reduced into the field, through
   * the same sponge, without a length element. Source: host-abi 7.1 ("pair").
   */
  public static Hash32 pair(Hash32 left, Hash32 right) {
    final long[] state = new long[WIDTH];
    absorb(state, left);
    absorb(state, right);
    return new Hash32(
        Long.reverseBytes(state[0]),
        Long.reverseBytes(state[1]),
        Long.reverseBytes(state[2]),
        Long.reverseBytes(state[3]));
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

  /** The permutation in place; lanes are canonical on entry and on return. */
  static void permute(long[] s) {
    externalLayer(s);
    for (int round = 0; round < EXTERNAL_ROUNDS; round++) {
      externalRound(s, EXTERNAL_INITIAL, round * WIDTH);
    }
    for (int round = 0; round < INTERNAL_ROUNDS; round++) {
      s[0] = power7(add(s[0], INTERNAL[round]));
      internalLayer(s);
    }
    for (int round = 0; round < EXTERNAL_ROUNDS; round++) {
      externalRound(s, EXTERNAL_TERMINAL, round * WIDTH);
    }
  }

  private static void externalRound(long[] s, long[] constants, int at) {
    for (int i = 0; i < WIDTH; i++) {
      s[i] = power7(add(s[i], constants[at + i]));
    }
    externalLayer(s);
  }

  private static void externalLayer(long[] s) {
    block(s, 0);
    block(s, 4);
    for (int i = 0; i < 4; i++) {
      final long sum = add(s[i], s[i + 4]);
      s[i] = add(s[i], sum);
      s[i + 4] = add(s[i + 4], sum);
    }
  }

  /** Multiplies four lanes by [[5,7,1,3],[4,6,1,1],[1,3,5,7],[1,1,4,6]]. */
  private static void block(long[] s, int at) {
    final long t0 = add(s[at], s[at + 1]);
    final long t1 = add(s[at + 2], s[at + 3]);
    final long t2 = add(add(s[at + 1], s[at + 1]), t1);
    final long t3 = add(add(s[at + 3], s[at + 3]), t0);
    final long t4 = add(times4(t1), t3);
    final long t5 = add(times4(t0), t2);
    s[at] = add(t3, t5);
    s[at + 1] = t5;
    s[at + 2] = add(t2, t4);
    s[at + 3] = t4;
  }

  private static long times4(long x) {
    final long twice = add(x, x);
    return add(twice, twice);
  }

  private static void internalLayer(long[] s) {
    long sum = s[0];
    for (int i = 1; i < WIDTH; i++) {
      sum = add(sum, s[i]);
    }
    for (int i = 0; i < WIDTH; i++) {
      s[i] = add(multiply(s[i], INTERNAL_DIAGONAL[i]), sum);
    }
  }

  private static long power7(long x) {
    final long x2 = multiply(x, x);
    final long x3 = multiply(x2, x);
    return multiply(multiply(x2, x2), x3);
  }

  private static long canonical(long x) {
    return Long.compareUnsigned(x, P) >= 0 ? x - P : x;
  }

  private static long add(long a, long b) {
    // Both are below p, so a + b < 2p: one subtraction brings the sum back.
    final long sum = a + b;
    return Long.compareUnsigned(sum, a) < 0 || Long.compareUnsigned(sum, P) >= 0 ? sum - P : sum;
  }

  static long multiply(long a, long b) {
    return reduce(Math.unsignedMultiplyHigh(a, b), a * b);
  }

  /** {@code high * 2^64 + low} mod p, by 2^64 = 2^32 - 1 and 2^96 = -1. */
  private static long reduce(long high, long low) {
    final long top = high >>> 32;
    long t0 = low - top;
    if (Long.compareUnsigned(low, top) < 0) {
      t0 -= EPSILON;
    }
    final long t1 = (high & EPSILON) * EPSILON;
    long result = t0 + t1;
    if (Long.compareUnsigned(result, t1) < 0) {
      result += EPSILON;
    }
    return canonical(result);
  }
}
