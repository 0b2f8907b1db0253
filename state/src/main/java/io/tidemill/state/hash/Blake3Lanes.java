package io.tidemill.state.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BLAKE3 of up to 64 messages of one length at once, one message per lane: of up to 80 bytes that
 * are put in one by one, or of up to 2,048 in arrays.
 *
 * <p>The sixteen state words and the message words are rows of 64 lanes, so that every step of the
 * compression is the same operation on 64 neighbors, which the compiler turns into vector
 * instructions; a hash then takes a third of the time of {@link Blake3#hash(long, long, Hash32,
 * Hash32)}. The digest of a lane does not depend on the others. Not thread-safe.
 */
public final class Blake3Lanes {
  /** The number of lanes. */
  public static final int WIDTH = 64;

  /** The greatest length of a message, and the length of the array that holds one. */
  public static final int MAX_LENGTH = 80;

  /** The greatest length of messages in arrays. */
  public static final int MAX_ARRAY = 2_048;

  private static final int BLOCK = 64;
  private static final int CHUNK = 1_024;

  /** Lanes are worked on in groups of this many, so that vectors are full. */
  private static final int GROUP = 16;

  private static final int ROUNDS = 7;
  private static final int[] ZERO = new int[WIDTH];
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** The message words in the order in which each round takes them. */
  private static final int[][] SCHEDULE = schedule();

  private final int[][] state = new int[16][WIDTH];
  private final int[][] first = new int[16][WIDTH];
  private final int[][] second = new int[16][];
  private final int[][] leftChunk = new int[8][WIDTH];
  private int count;
  private int width;

  /** Empty lanes. */
  public Blake3Lanes() {
    for (int i = 0; i < 16; i++) {
      second[i] = i < 4 ? new int[WIDTH] : ZERO;
    }
  }

  /** The number of lanes in use. */
  public int size() {
    return count;
  }

  /** Makes all lanes free. */
  public void clear() {
    count = 0;
  }

  /**
   * Puts a message into the next lane: a tag of two big-endian longs, {@code left}, {@code right}.
   */
  public void add(long tag0, long tag1, Hash32 left, Hash32 right) {
    final int lane = start(tag0, tag1);
    left(lane, left.w0(), left.w1(), left.w2(), left.w3());
    right(lane, right.w0(), right.w1(), right.w2(), right.w3());
  }

  /**
   * Starts a message of 80 bytes in the next lane with a tag of two big-endian longs; {@link #left}
   * and {@link #right} give the rest. Returns the lane.
   */
  public int start(long tag0, long tag1) {
    final int lane = count++;
    put(first, 0, lane, tag0);
    put(first, 2, lane, tag1);
    return lane;
  }

  /** The 32 bytes after the tag of {@code lane}, as big-endian longs. */
  public void left(int lane, long w0, long w1, long w2, long w3) {
    put(first, 4, lane, w0);
    put(first, 6, lane, w1);
    put(first, 8, lane, w2);
    put(first, 10, lane, w3);
  }

  /** The last 32 bytes of {@code lane}, as big-endian longs. */
  public void right(int lane, long w0, long w1, long w2, long w3) {
    put(first, 12, lane, w0);
    put(first, 14, lane, w1);
    put(second, 0, lane, w2);
    put(second, 2, lane, w3);
  }

  /** Puts a message into the next lane: {@link #MAX_LENGTH} bytes, zeros after its end. */
  public void add(byte[] message) {
    final int lane = count++;
    load(message, 0, lane);
    for (int i = 0; i < 4; i++) {
      second[i][lane] = (int) INT.get(message, BLOCK + 4 * i);
    }
  }

  /** Hashes all lanes, whose messages have {@code length} bytes. */
  public void run(int length) {
    start();
    final int last = Blake3Compression.CHUNK_END | Blake3Compression.ROOT;
    if (length <= BLOCK) {
      compress(first, 0, length, Blake3Compression.CHUNK_START | last);
    } else {
      compress(first, 0, BLOCK, Blake3Compression.CHUNK_START);
      compress(second, 0, length - BLOCK, last);
    }
  }

  /**
   * Hashes the first {@code messages} of {@code arrays}, all of which have {@code length} bytes, up
   * to {@link #MAX_ARRAY}; what was put in before is forgotten.
   */
  public void run(byte[][] arrays, int messages, int length) {
    count = messages;
    if (length <= CHUNK) {
      chunk(arrays, 0, length, Blake3Compression.ROOT);
      return;
    }
    chunk(arrays, 0, CHUNK, 0);
    for (int i = 0; i < 8; i++) {
      System.arraycopy(state[i], 0, leftChunk[i], 0, WIDTH);
    }
    chunk(arrays, CHUNK, length - CHUNK, 0);
    for (int i = 0; i < 8; i++) {
      System.arraycopy(leftChunk[i], 0, first[i], 0, WIDTH);
      System.arraycopy(state[i], 0, first[i + 8], 0, WIDTH);
    }
    start();
    compress(first, 0, BLOCK, Blake3Compression.PARENT | Blake3Compression.ROOT);
  }

  /** The chaining values of the chunk of {@code length} bytes from {@code offset}. */
  private void chunk(byte[][] arrays, int offset, int length, int root) {
    start();
    int flags = Blake3Compression.CHUNK_START;
    int at = offset;
    int rest = length;
    while (rest > BLOCK) {
      for (int lane = 0; lane < count; lane++) {
        load(arrays[lane], at, lane);
      }
      compress(first, offset / CHUNK, BLOCK, flags);
      flags = 0;
      at += BLOCK;
      rest -= BLOCK;
    }
    final byte[] last = new byte[BLOCK];
    for (int lane = 0; lane < count; lane++) {
      System.arraycopy(arrays[lane], at, last, 0, rest);
      load(last, 0, lane);
    }
    compress(first, offset / CHUNK, rest, flags | Blake3Compression.CHUNK_END | root);
  }

  private void load(byte[] message, int at, int lane) {
    for (int i = 0; i < 16; i++) {
      first[i][lane] = (int) INT.get(message, at + 4 * i);
    }
  }

  private void start() {
    width = (count + GROUP - 1) / GROUP * GROUP;
    Arrays.fill(state[0], Blake3Compression.IV0);
    Arrays.fill(state[1], Blake3Compression.IV1);
    Arrays.fill(state[2], Blake3Compression.IV2);
    Arrays.fill(state[3], Blake3Compression.IV3);
    Arrays.fill(state[4], Blake3Compression.IV4);
    Arrays.fill(state[5], Blake3Compression.IV5);
    Arrays.fill(state[6], Blake3Compression.IV6);
    Arrays.fill(state[7], Blake3Compression.IV7);
  }

  /** The digest of {@code lane} after {@link #run}. */
  public Hash32 digest(int lane) {
    return new Hash32(word(lane, 0), word(lane, 2), word(lane, 4), word(lane, 6));
  }

  private void compress(int[][] message, int counter, int length, int flags) {
    final int[][] v = state;
    Arrays.fill(v[8], Blake3Compression.IV0);
    Arrays.fill(v[9], Blake3Compression.IV1);
    Arrays.fill(v[10], Blake3Compression.IV2);
    Arrays.fill(v[11], Blake3Compression.IV3);
    Arrays.fill(v[12], counter);
    Arrays.fill(v[13], 0);
    Arrays.fill(v[14], length);
    Arrays.fill(v[15], flags);
    for (int round = 0; round < ROUNDS; round++) {
      final int[] s = SCHEDULE[round];
      mix(v[0], v[4], v[8], v[12], message[s[0]], message[s[1]]);
      mix(v[1], v[5], v[9], v[13], message[s[2]], message[s[3]]);
      mix(v[2], v[6], v[10], v[14], message[s[4]], message[s[5]]);
      mix(v[3], v[7], v[11], v[15], message[s[6]], message[s[7]]);
      mix(v[0], v[5], v[10], v[15], message[s[8]], message[s[9]]);
      mix(v[1], v[6], v[11], v[12], message[s[10]], message[s[11]]);
      mix(v[2], v[7], v[8], v[13], message[s[12]], message[s[13]]);
      mix(v[3], v[4], v[9], v[14], message[s[14]], message[s[15]]);
    }
    for (int i = 0; i < 8; i++) {
      fold(v[i], v[i + 8]);
    }
  }

  private void mix(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y) {
    final int end = Math.min(width, WIDTH);
    for (int i = 0; i < end; i++) {
      int va = a[i] + b[i] + x[i];
      int vd = Integer.rotateRight(d[i] ^ va, 16);
      int vc = c[i] + vd;
      int vb = Integer.rotateRight(b[i] ^ vc, 12);
      va += vb + y[i];
      vd = Integer.rotateRight(vd ^ va, 8);
      vc += vd;
      vb = Integer.rotateRight(vb ^ vc, 7);
      a[i] = va;
      b[i] = vb;
      c[i] = vc;
      d[i] = vd;
    }
  }

  private void fold(int[] low, int[] high) {
    for (int i = 0; i < width; i++) {
      low[i] ^= high[i];
    }
  }

  private static void put(int[][] rows, int row, int lane, long bytes) {
    final long little = Long.reverseBytes(bytes);
    rows[row][lane] = (int) little;
    rows[row + 1][lane] = (int) (little >>> 32);
  }

  private long word(int lane, int row) {
    return Long.reverseBytes(
        (state[row][lane] & 0xFFFFFFFFL) | ((long) state[row + 1][lane] << 32));
  }

  private static int[][] schedule() {
    final int[] permutation = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    final int[][] rounds = new int[ROUNDS][16];
    for (int i = 0; i < 16; i++) {
      rounds[0][i] = i;
    }
    for (int round = 1; round < ROUNDS; round++) {
      for (int i = 0; i < 16; i++) {
        rounds[round][i] = rounds[round - 1][permutation[i]];
      }
    }
    return rounds;
  }
}
