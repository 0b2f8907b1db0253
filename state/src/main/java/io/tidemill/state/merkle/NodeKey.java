package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The name of a stored node: the version that created it, and where it is: the first {@code depth}
 * nibbles of the key hashes below it. Bits of {@code prefix} past the depth are zero.
 *
 * <pre>
 * version u64 BE | depth u8 | ceil(depth / 2) bytes of prefix
 * </pre>
 *
 * Versions come first so that a wave's nodes are neighbors on disk and are written in order.
 */
public record NodeKey(long version, int depth, Hash32 prefix) {
  /** The greatest depth, in nibbles, at which a node can be. */
  public static final int MAX_DEPTH = 63;

  /** The key of the node at {@code depth} above {@code keyHash}. */
  static NodeKey above(long version, int depth, Hash32 keyHash) {
    return new NodeKey(version, depth, mask(keyHash, depth));
  }

  /** The stored form. */
  public byte[] encode() {
    final byte[] bytes = new byte[encodedLength(depth)];
    encodeTo(bytes, 0);
    return bytes;
  }

  /** Writes the stored form at {@code offset} and returns its length. */
  public int encodeTo(byte[] target, int offset) {
    ByteBuffer.wrap(target).putLong(offset, version);
    target[offset + 8] = (byte) depth;
    final int count = (depth + 1) >>> 1;
    for (int i = 0; i < count; i++) {
      target[offset + 9 + i] = prefixByte(i);
    }
    return 9 + count;
  }

  /** The length of the stored form of a key at {@code depth}. */
  public static int encodedLength(int depth) {
    return 9 + ((depth + 1) >>> 1);
  }

  /**
   * The key stored at {@code offset}.
   *
   * @throws IllegalArgumentException if the depth is out of range
   */
  public static NodeKey decode(byte[] bytes, int offset) {
    final int depth = bytes[offset + 8];
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("node depth " + depth + " is out of range");
    }
    final byte[] prefix = new byte[Hash32.LENGTH];
    System.arraycopy(bytes, offset + 9, prefix, 0, (depth + 1) >>> 1);
    return new NodeKey(ByteBuffer.wrap(bytes).getLong(offset), depth, Hash32.of(prefix));
  }

  /**
   * A hash of the place without the version. The bits of a short prefix are the highest of their
   * word, so they are brought down before the last multiplication spreads them.
   */
  public long placeHash() {
    long mixed = (prefix.w0() + Long.rotateLeft(prefix.w1(), 24) + depth) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    mixed ^= prefix.w2() + prefix.w3();
    return (mixed ^ (mixed >>> 32)) * 0x9E3779B97F4A7C15L;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    // Written out: caches live on this, and what a record generates is several calls deep.
    return other instanceof NodeKey that
        && version == that.version
        && depth == that.depth
        && prefix.equals(that.prefix);
  }

  @Override
  public int hashCode() {
    return (int) ((placeHash() + version * 0x9E3779B97F4A7C15L) >>> 32);
  }

  private byte prefixByte(int index) {
    final long word =
        switch (index >>> 3) {
          case 0 -> prefix.w0();
          case 1 -> prefix.w1();
          case 2 -> prefix.w2();
          default -> prefix.w3();
        };
    return (byte) (word >>> (56 - 8 * (index & 7)));
  }

  private static Hash32 mask(Hash32 hash, int nibbles) {
    final int bits = nibbles << 2;
    return new Hash32(
        hash.w0() & high(bits),
        hash.w1() & high(bits - 64),
        hash.w2() & high(bits - 128),
        hash.w3() & high(bits - 192));
  }

  /** The word whose {@code bits} most significant bits are set, clamped to 0 to 64. */
  private static long high(int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
  }
}
