package io.tidemill.client.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * BLAKE3 in its default mode with 32 bytes of output, over a whole input: code hashes, event topics
 * and proofs. Chunks of 1,024 bytes are the leaves of a binary tree whose left subtrees are the
 * largest powers of two.
 */
public final class Blake3 {
  private static final int CHUNK = 1024;
  private static final int BLOCK = 64;
  private static final int CHUNK_START = 1;
  private static final int CHUNK_END = 2;
  private static final int PARENT = 4;
  private static final int ROOT = 8;
  private static final int ROUNDS = 7;

  private static final int[] IV = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
  };
  private static final int[] PERMUTATION = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

  /** The lanes of the eight quarter rounds: four columns, four diagonals. */
  private static final int[][] LANES = {
    {0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15},
    {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14},
  };

  private Blake3() {}

  /** The 32-byte digest of the concatenation of {@code parts}. */
  public static byte[] hash(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer input = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      input.put(part);
    }
    int[] root = subtree(input.array(), 0, length, 0, true);
    ByteBuffer out = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 8; i++) {
      out.putInt(root[i]);
    }
    return out.array();
  }

  /** The chaining value of the bytes [from, to), whose first chunk has the number {@code chunk}. */
  private static int[] subtree(byte[] input, int from, int to, long chunk, boolean root) {
    if (to - from <= CHUNK) {
      return chunk(input, from, to, chunk, root);
    }
    int chunks = (to - from + CHUNK - 1) / CHUNK;
    int left = Integer.highestOneBit(chunks - 1);
    int middle = from + left * CHUNK;
    int[] words = new int[16];
    System.arraycopy(subtree(input, from, middle, chunk, false), 0, words, 0, 8);
    System.arraycopy(subtree(input, middle, to, chunk + left, false), 0, words, 8, 8);
    return compress(IV, words, 0, BLOCK, PARENT | (root ? ROOT : 0));
  }

  private static int[] chunk(byte[] input, int from, int to, long number, boolean root) {
    int[] chaining = IV;
    int at = from;
    int flags = CHUNK_START;
    while (true) {
      int length = Math.min(BLOCK, to - at);
      boolean last = at + length >= to;
      if (last) {
        flags |= CHUNK_END | (root ? ROOT : 0);
      }
      chaining = compress(chaining, words(input, at, length), number, length, flags);
      if (last) {
        return chaining;
      }
      at += length;
      flags = 0;
    }
  }

  private static int[] words(byte[] input, int at, int length) {
    ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    block.put(0, input, at, length);
    int[] words = new int[16];
    block.asIntBuffer().get(words);
    return words;
  }

  private static int[] compress(int[] chaining, int[] block, long counter, int length, int flags) {
    int[] v = new int[16];
    System.arraycopy(chaining, 0, v, 0, 8);
    System.arraycopy(IV, 0, v, 8, 4);
    v[12] = (int) counter;
    v[13] = (int) (counter >>> 32);
    v[14] = length;
    v[15] = flags;
    int[] message = block;
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < 8; i++) {
        quarter(v, LANES[i], message[2 * i], message[2 * i + 1]);
      }
      int[] next = new int[16];
      for (int i = 0; i < 16; i++) {
        next[i] = message[PERMUTATION[i]];
      }
      message = next;
    }
    int[] out = new int[8];
    for (int i = 0; i < 8; i++) {
      out[i] = v[i] ^ v[i + 8];
    }
    return out;
  }

  private static void quarter(int[] v, int[] lane, int x, int y) {
    int a = lane[0];
    int b = lane[1];
    int c = lane[2];
    int d = lane[3];
    v[a] += v[b] + x;
    v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
  }
}
