package io.tidemill.state.rocks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A write batch in the database's own form, put together on the heap and handed over in one native
 * call; a call per record would cost more than the record.
 *
 * <pre>
 * sequence u64 LE = 0 | records u32 LE | records:
 *   05 put          | family varint | key varint-length bytes | value varint-length bytes
 *   04 delete       | family varint | key
 *   0e delete range | family varint | first key | key after the last
 * </pre>
 *
 * Source: the header comment of RocksDB's write_batch.cc; the same bytes are in its log, so the
 * form is as stable as the log. A test writes every kind of record and reads it back. Not
 * thread-safe.
 */
final class Batch {
  private static final int HEADER = 12;
  private static final byte PUT = 0x05;
  private static final byte DELETE = 0x04;
  private static final byte DELETE_RANGE = 0x0E;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * A batch that is written in pieces hands one on when it has this many bytes: what else writes
   * waits for a piece at most, and the arrays are not humongous ones for the collector.
   */
  private static final int PIECE = 384 << 10;

  private static final int FIRST = 1 << 16;

  /** The most that an empty batch holds on to. */
  private static final int KEPT = 48 << 20;

  private final Database database;
  private final @Nullable Consumer<Batch> pieces;
  private byte[] bytes = new byte[FIRST];
  private int length = HEADER;
  private int count;

  Batch(Database database) {
    this(database, null);
  }

  /** A batch that hands itself to {@code pieces}, to be written and cleared, while it is filled. */
  Batch(Database database, @Nullable Consumer<Batch> pieces) {
    this.database = database;
    this.pieces = pieces;
  }

  void put(Family family, byte[] key, byte[] value) {
    start(PUT, family, key.length + value.length);
    append(key);
    append(value);
  }

  void delete(Family family, byte[] key) {
    start(DELETE, family, key.length);
    append(key);
  }

  void deleteRange(Family family, byte[] from, byte[] to) {
    start(DELETE_RANGE, family, from.length + to.length);
    append(from);
    append(to);
  }

  /** Starts a put whose key and value the caller writes at {@link #at}, see {@link #skip}. */
  void startPut(Family family, int keyLength, int valueLength) {
    start(PUT, family, keyLength + valueLength);
  }

  /** Writes a whole key, with its length. */
  void key(byte[] key) {
    append(key);
  }

  /** Writes a length before bytes that are written by hand. */
  void length(int value) {
    varint(value);
  }

  /** The array to write into; valid until the next call that appends. */
  byte[] array() {
    return bytes;
  }

  /** Where the next byte goes. */
  int at() {
    return length;
  }

  /** Takes in {@code count} bytes written at {@link #at}. */
  void skip(int written) {
    length += written;
  }

  /** Takes everything out; a batch that is filled again and again keeps what it has grown to. */
  void clear() {
    length = HEADER;
    count = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[FIRST];
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return length;
  }

  /** The batch, to be handed to the database. */
  byte[] toBytes() {
    final byte[] out = Arrays.copyOf(bytes, length);
    INT.set(out, 8, count);
    return out;
  }

  private void start(byte tag, Family family, int payload) {
    if (pieces != null && length > PIECE) {
      pieces.accept(this);
    }
    final long needed = (long) length + payload + 24;
    if (needed > bytes.length) {
      if (needed > Integer.MAX_VALUE - 16) {
        throw new IllegalStateException("a write batch of more than 2 GiB");
      }
      bytes =
          Arrays.copyOf(
              bytes,
              (int)
                  Math.min(
                      Integer.MAX_VALUE - 16, Math.max(needed + needed / 8, bytes.length * 2L)));
    }
    bytes[length++] = tag;
    varint(database.id(family));
    count++;
  }

  private void append(byte[] data) {
    varint(data.length);
    System.arraycopy(data, 0, bytes, length, data.length);
    length += data.length;
  }

  private void varint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }
}
