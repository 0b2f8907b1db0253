package io.tidemill.client.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Poseidon2 over the Goldilocks field, width 8, as the chain uses it for addresses and transaction
 * hashes: 7-byte little-endian chunks and the byte length as elements, an overwriting sponge of
 * rate 4, four lanes of output.
 *
 * <p>Written for clarity: a client hashes a few times per transaction.
 */
public final class Poseidon2 {
  private static final int WIDTH = 8;
  private static final int RATE = 4;
  private static final int CHUNK = 7;
  private static final int FULL_ROUNDS = 8;
  private static final int PARTIAL_ROUNDS = 22;
  private static final long P = 0xFFFFFFFF00000001L;
  private static final int[][] BLOCK = {{5, 7, 1, 3}, {4, 6, 1, 1}, {1, 3, 5, 7}, {1, 1, 4, 6}};

  private static final long[] DIAGONAL =
      longs(
          """
          a98811a1fed4e3a5 1cc48b54f377e2a0 e40cd4f6c5609a26 11de79ebca97a4a3
          9177c73d8b7e929c 2a6fe8085797e791 3de6e93329f8d5ad 3f7af9125da962fe
          """);

  /** One row of eight per full round. */
  private static final long[] FULL =
      longs(
          """
          dd5743e7f2a5a5d9 cb3a864e58ada44b ffa2449ed32f8cdc 42025f65d6bd13ee
          7889175e25506323 34b98bb03d24b737 bdcc535ecc4faa2a 5b20ad869fc0d033
          f1dda5b9259dfcb4 27515210be112d59 4227d1718c766c3f 26d333161a5bd794
          49b938957bf4b026 4a56b5938b213669 1120426b48c8353d 6b323c3f10a56cad
          ce57d6245ddca6b2 b1fc8d402bba1eb1 b5c5096ca959bd04 6db55cd306d31f7f
          c49d293a81cb9641 1ce55a4fe979719f a92e60a9d178a4d1 002cc64973bcfd8c
          cea721cce82fb11b e5b55eb8098ece81 4e30525c6f1ddd66 43c6702827070987
          aca68430a7b5762a 3674238634df9c93 88cee1c825e33433 de99ae8d74b57176
          014ef1197d341346 9725e20825d07394 fdb25aef2c5bae3b be5402dc598c971e
          93a5711f04cdca3d c45a9a5b2f8fb97b fe8946a924933545 2af997a27369091c
          aa62c88e0b294011 058eb9d810ce9f74 b3cb23eced349ae4 a3648177a77b4a84
          43153d905992d95d f4e2a97cda44aa4b 5baa2702b908682f 082923bdf4f750d1
          98ae09a325893803 f8a6475077968838 ceb0735bf00b2c5f 0a1a5d953888e072
          2fcb190489f94475 b5be06270dec69fc 739cb934b09acf8b 537750b75ec7f25b
          e9dd318bae1f3961 f7462137299efe1a b1f6b8eee9adb940 bdebcc8a809dfe6b
          40fc1f791b178113 3ac1c3362d014864 9a016184bdb8aeba 95f2394459fbc25e
          """);

  private static final long[] PARTIAL =
      longs(
          """
          488897d85ff51f56 1140737ccb162218 a7eeb9215866ed35 9bd2976fee49fcc9
          c0c8f0de580a3fcc 4fb2dae6ee8fc793 343a89f35f37395b 223b525a77ca72c8
          56ccb62574aaa918 c4d507d8027af9ed a080673cf0b7e95c f0184884eb70dcf8
          044f10b0cb3d5c69 e9e3f7993938f186 1b761c80e772f459 606cec607a1b5fac
          14a0c2e1d45f03cd 4eace8855398574f f905ca7103eff3e6 f8c8f8d20862c059
          b524fe8bdd678e5a fbb7865901a1ec41
          """);

  private Poseidon2() {}

  /** The 32-byte hash of the concatenation of {@code parts}. */
  public static byte[] hash(byte[]... parts) {
    byte[] input = concat(parts);
    long[] state = new long[WIDTH];
    int lane = 0;
    for (int at = 0; at < input.length; at += CHUNK) {
      long element = 0;
      for (int i = Math.min(at + CHUNK, input.length) - 1; i >= at; i--) {
        element = element << 8 | (input[i] & 0xFF);
      }
      state[lane++] = element;
      if (lane == RATE) {
        permute(state);
        lane = 0;
      }
    }
    // The length closes the input; empty input is one element, zero, which is its length too.
    state[lane] = input.length;
    permute(state);
    ByteBuffer out = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < RATE; i++) {
      out.putLong(state[i]);
    }
    return out.array();
  }

  private static void permute(long[] state) {
    mix(state);
    for (int round = 0; round < FULL_ROUNDS / 2; round++) {
      fullRound(state, round);
    }
    for (int round = 0; round < PARTIAL_ROUNDS; round++) {
      state[0] = seventhPower(plus(state[0], PARTIAL[round]));
      long sum = 0;
      for (long element : state) {
        sum = plus(sum, element);
      }
      for (int i = 0; i < WIDTH; i++) {
        state[i] = plus(times(DIAGONAL[i], state[i]), sum);
      }
    }
    for (int round = FULL_ROUNDS / 2; round < FULL_ROUNDS; round++) {
      fullRound(state, round);
    }
  }

  private static void fullRound(long[] state, int round) {
    for (int i = 0; i < WIDTH; i++) {
      state[i] = seventhPower(plus(state[i], FULL[round * WIDTH + i]));
    }
    mix(state);
  }

  /** The external layer: the block on each half, then each lane plus the sum of its column. */
  private static void mix(long[] state) {
    long[] mixed = new long[WIDTH];
    for (int half = 0; half < WIDTH; half += 4) {
      for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++) {
          mixed[half + row] =
              plus(mixed[half + row], times(BLOCK[row][column], state[half + column]));
        }
      }
    }
    for (int i = 0; i < WIDTH; i++) {
      state[i] = plus(mixed[i], plus(mixed[i % 4], mixed[i % 4 + 4]));
    }
  }

  private static long seventhPower(long x) {
    long square = times(x, x);
    return times(times(square, square), times(square, x));
  }

  private static long plus(long a, long b) {
    long room = P - a;
    return Long.compareUnsigned(b, room) >= 0 ? b - room : a + b;
  }

  private static long minus(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a - b : a + (P - b);
  }

  /**
   * The product mod p. With the high half h = u * 2^32 + v, the product is low + v * (2^32 - 1) -
   * u, because 2^64 = 2^32 - 1 and 2^96 = -1 in this field.
   */
  private static long times(long a, long b) {
    long low = a * b;
    long high = Math.unsignedMultiplyHigh(a, b);
    long u = high >>> 32;
    long v = high & 0xFFFFFFFFL;
    long reduced = Long.compareUnsigned(low, P) >= 0 ? low - P : low;
    return plus(minus(reduced, u), (v << 32) - v);
  }

  private static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  private static long[] longs(String hex) {
    String[] words = hex.strip().split("\\s+", -1);
    long[] values = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = Long.parseUnsignedLong(words[i], 16);
    }
    return values;
  }
}
