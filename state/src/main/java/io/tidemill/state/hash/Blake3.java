package io.tidemill.state.hash;

import static io.tidemill.state.hash.Blake3Compression.CHUNK_END;
import static io.tidemill.state.hash.Blake3Compression.CHUNK_START;
import static io.tidemill.state.hash.Blake3Compression.PARENT;
import static io.tidemill.state.hash.Blake3Compression.ROOT;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * BLAKE3 in its default mode with a 32-byte output. Source: host-abi 7.2.
 *
 * <p>The input is cut into chunks of 1,024 bytes, a chunk into blocks of 64; the chaining values of
 * the chunks are joined pairwise, the left subtree being the largest power of two of chunks.
 */
public final class Blake3 {
  private static final int BLOCK = 64;
  private static final int CHUNK = 1024;

  /** Levels of the chunk tree that an int length can reach: 2^31 / 2^10 chunks. */
  private static final int MAX_DEPTH = 22;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Blake3() {}

  /** The digest of all of {@code input}. */
  public static Hash32 hash(byte[] input) {
    return hash(input, 0, input.length);
  }

  /** The digest of {@code length} bytes of {@code input} from {@code offset}. */
  public static Hash32 hash(byte[] input, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, input.length);
    final int[] cv = new int[8];
    final int[] message = new int[16];
    if (length <= CHUNK) {
      chunk(cv, message, input, offset, length, 0, ROOT);
    } else {
      tree(cv, message, input, offset, length);
    }
    return digest(cv);
  }

  /** The digest of the 32 bytes of {@code value}. */
  public static Hash32 hash(Hash32 value) {
    final int[] cv = new int[8];
    final int[] message = new int[16];
    put(message, 0, value);
    start(cv);
    Blake3Compression.compress(cv, message, 0, Hash32.LENGTH, CHUNK_START | CHUNK_END | ROOT);
    return digest(cv);
  }

  /**
   * The digest of 80 bytes: a tag of sixteen bytes, given as two big-endian longs, then {@code
   * left} and {@code right}. The hash of an inner node of the state tree has this shape.
   */
  public static Hash32 hash(long tag0, long tag1, Hash32 left, Hash32 right) {
    final int[] cv = new int[8];
    final int[] message = new int[16];
    put(message, 0, tag0);
    put(message, 2, tag1);
    put(message, 4, left);
    put(message, 12, right.w0());
    put(message, 14, right.w1());
    start(cv);
    Blake3Compression.compress(cv, message, 0, BLOCK, CHUNK_START);
    final long w2 = Long.reverseBytes(right.w2());
    final long w3 = Long.reverseBytes(right.w3());
    Blake3Tail.compress(
        cv, (int) w2, (int) (w2 >>> 32), (int) w3, (int) (w3 >>> 32), 16, CHUNK_END | ROOT);
    return digest(cv);
  }

  private static void tree(int[] cv, int[] message, byte[] input, int offset, int length) {
    final int[][] stack = new int[MAX_DEPTH][];
    int height = 0;
    final int chunks = (length + CHUNK - 1) / CHUNK;
    for (int index = 0; index < chunks - 1; index++) {
      int[] value = new int[8];
      chunk(value, message, input, offset + index * CHUNK, CHUNK, index, 0);
      // One subtree is complete for every trailing zero bit of the number of chunks so far.
      for (int done = index + 1; (done & 1) == 0; done >>>= 1) {
        value = parent(stack[--height], value, message, 0);
      }
      stack[height++] = value;
    }
    final int last = (chunks - 1) * CHUNK;
    chunk(cv, message, input, offset + last, length - last, chunks - 1, 0);
    int[] value = cv.clone();
    while (height > 0) {
      height--;
      value = parent(stack[height], value, message, height == 0 ? ROOT : 0);
    }
    System.arraycopy(value, 0, cv, 0, 8);
  }

  private static int[] parent(int[] left, int[] right, int[] message, int flags) {
    System.arraycopy(left, 0, message, 0, 8);
    System.arraycopy(right, 0, message, 8, 8);
    final int[] cv = new int[8];
    start(cv);
    Blake3Compression.compress(cv, message, 0, BLOCK, PARENT | flags);
    return cv;
  }

  private static void chunk(
      int[] cv, int[] message, byte[] input, int offset, int length, int index, int root) {
    start(cv);
    int flags = CHUNK_START;
    int at = offset;
    int rest = length;
    while (rest > BLOCK) {
      for (int i = 0; i < 16; i++) {
        message[i] = (int) INTS.get(input, at + 4 * i);
      }
      Blake3Compression.compress(cv, message, index, BLOCK, flags);
      flags = 0;
      at += BLOCK;
      rest -= BLOCK;
    }
    lastBlock(message, input, at, rest);
    Blake3Compression.compress(cv, message, index, rest, flags | CHUNK_END | root);
  }

  private static void lastBlock(int[] message, byte[] input, int at, int length) {
    final int words = length >>> 2;
    for (int i = 0; i < words; i++) {
      message[i] = (int) INTS.get(input, at + 4 * i);
    }
    for (int i = words; i < 16; i++) {
      message[i] = 0;
    }
    for (int i = words << 2; i < length; i++) {
      message[words] |= (input[at + i] & 0xFF) << ((i & 3) << 3);
    }
  }

  private static void start(int[] cv) {
    cv[0] = Blake3Compression.IV0;
    cv[1] = Blake3Compression.IV1;
    cv[2] = Blake3Compression.IV2;
    cv[3] = Blake3Compression.IV3;
    cv[4] = Blake3Compression.IV4;
    cv[5] = Blake3Compression.IV5;
    cv[6] = Blake3Compression.IV6;
    cv[7] = Blake3Compression.IV7;
  }

  private static void put(int[] message, int at, Hash32 value) {
    put(message, at, value.w0());
    put(message, at + 2, value.w1());
    put(message, at + 4, value.w2());
    put(message, at + 6, value.w3());
  }

  /** Puts eight bytes, held as a big-endian long, into two little-endian words. */
  private static void put(int[] message, int at, long bytes) {
    final long little = Long.reverseBytes(bytes);
    message[at] = (int) little;
    message[at + 1] = (int) (little >>> 32);
  }

  private static Hash32 digest(int[] cv) {
    return new Hash32(word(cv, 0), word(cv, 2), word(cv, 4), word(cv, 6));
  }

  private static long word(int[] cv, int at) {
    return Long.reverseBytes((cv[at] & 0xFFFFFFFFL) | ((long) cv[at + 1] << 32));
  }
}
