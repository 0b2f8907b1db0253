package io.tidemill.state.rocks;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;

/** The keys of {@link Family}. Numbers are big-endian. */
final class Keys {
  private Keys() {}

  static byte[] wave(long wave) {
    return ByteBuffer.allocate(8).putLong(wave).array();
  }

  static long wave(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).getLong(offset);
  }

  /** The row of the keys that a wave wrote without changing them. */
  static byte[] unchanged(long wave) {
    return ByteBuffer.allocate(9).putLong(wave).put((byte) 1).array();
  }

  static byte[] receipt(long wave, int index) {
    return ByteBuffer.allocate(12).putLong(wave).putInt(index).array();
  }

  static byte[] event(long wave, int transaction, int event) {
    return ByteBuffer.allocate(16).putLong(wave).putInt(transaction).putInt(event).array();
  }

  /** A row of an event index: the topic or contract, then the key of the event. */
  static byte[] eventIndex(Hash32 value, byte[] eventKey) {
    final byte[] key = new byte[Hash32.LENGTH + eventKey.length];
    value.writeTo(key, 0);
    System.arraycopy(eventKey, 0, key, Hash32.LENGTH, eventKey.length);
    return key;
  }

  static byte[] history(StateKey key, long wave) {
    final byte[] bytes = new byte[Hash32.LENGTH + 8];
    key.raw().writeTo(bytes, 0);
    ByteBuffer.wrap(bytes).putLong(Hash32.LENGTH, wave);
    return bytes;
  }

  static byte[] forkValue(Hash32 commit, StateKey key) {
    final byte[] bytes = new byte[2 * Hash32.LENGTH];
    commit.writeTo(bytes, 0);
    key.raw().writeTo(bytes, Hash32.LENGTH);
    return bytes;
  }

  /** Whether the first {@code length} bytes are the same. */
  static boolean samePrefix(byte[] a, byte[] b, int length) {
    return a.length >= length
        && b.length >= length
        && java.util.Arrays.equals(a, 0, length, b, 0, length);
  }

  /** The smallest key of the same length that is greater than every key with this prefix. */
  static byte[] after(byte[] prefix) {
    final byte[] next = prefix.clone();
    for (int i = next.length - 1; i >= 0; i--) {
      if (++next[i] != 0) {
        return next;
      }
    }
    throw new IllegalArgumentException("no key follows a prefix of 0xff bytes");
  }
}
