package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a wave commits to about its events: a Merkle root and a bloom filter over the event records.
 *
 * <p>Record, Borsh: wave_id u64, tx_index u32, event_index u32, contract 32, topics vec of 32, data
 * bytes. Leaf: Blake3(record); node: Blake3(left, right); padded with 32 zero bytes to a power of
 * two; no events: 32 zero bytes. Bloom: 2,048 bits; each topic and the contract set bits
 * Blake3(item) read as three little-endian u64, each mod 2,048; bit i is bit i mod 8 of byte i / 8.
 * Source: host-abi 6.1 to 6.5.
 */
public final class EventCommitment {
  /** The length of the bloom filter. */
  public static final int BLOOM_BYTES = 256;

  private static final int BLOOM_BITS = 8 * BLOOM_BYTES;

  /** Leaves of a subtree that one worker hashes. */
  private static final int SUBTREE_HEIGHT = 9;

  private static final int SUBTREE = 1 << SUBTREE_HEIGHT;

  private EventCommitment() {}

  /** The record of one event. */
  public static byte[] encode(long waveId, int transactionIndex, int eventIndex, Event event) {
    final BorshWriter out = new BorshWriter(56 + 32 * event.topics().size() + event.data().length);
    out.u64(waveId).u32(transactionIndex).u32(eventIndex).hash32(event.contract().raw());
    out.u32(event.topics().size());
    for (Hash32 topic : event.topics()) {
      out.hash32(topic);
    }
    return out.bytes(event.data()).toBytes();
  }

  /** The root over {@code leaves}. */
  public static Hash32 root(List<Hash32> leaves) {
    return root(leaves, null);
  }

  /**
   * The root over {@code leaves}, computed by all workers of {@code pool} when there is one and
   * enough to do.
   */
  static Hash32 root(List<Hash32> leaves, @Nullable WorkerPool pool) {
    if (leaves.isEmpty()) {
      return Hash32.ZERO;
    }
    final Hash32[] level = leaves.toArray(Hash32[]::new);
    if (pool == null || level.length <= SUBTREE) {
      int height = 0;
      while (1 << height < level.length) {
        height++;
      }
      return subtree(level, 0, level.length, height);
    }
    final Hash32[] tops = new Hash32[(level.length + SUBTREE - 1) / SUBTREE];
    pool.each(
        tops.length,
        1,
        i ->
            tops[i] =
                subtree(
                    level, i * SUBTREE, Math.min(level.length, (i + 1) * SUBTREE), SUBTREE_HEIGHT));
    return climb(tops, tops.length, padding(SUBTREE_HEIGHT));
  }

  /** The root of the leaves from {@code from} to {@code end}, padded to 2^{@code height}. */
  private static Hash32 subtree(Hash32[] leaves, int from, int end, int height) {
    final Hash32[] level = Arrays.copyOfRange(leaves, from, end);
    Hash32 padding = Hash32.ZERO;
    int size = level.length;
    for (int i = 0; i < height; i++) {
      size = above(level, size, padding);
      padding = node(padding, padding);
    }
    return level[0];
  }

  /** Up to the root, padding with {@code padding} at the level of {@code level}. */
  private static Hash32 climb(Hash32[] level, int count, Hash32 firstPadding) {
    Hash32 padding = firstPadding;
    int size = count;
    while (size > 1) {
      size = above(level, size, padding);
      padding = node(padding, padding);
    }
    return level[0];
  }

  /** Replaces a level by the one above it, in place; returns the size of that one. */
  private static int above(Hash32[] level, int size, Hash32 padding) {
    int to = 0;
    for (int i = 0; i < size; i += 2) {
      level[to++] = node(level[i], i + 1 < size ? level[i + 1] : padding);
    }
    return to;
  }

  /** The root of 2^{@code height} leaves of padding. */
  private static Hash32 padding(int height) {
    Hash32 padding = Hash32.ZERO;
    for (int i = 0; i < height; i++) {
      padding = node(padding, padding);
    }
    return padding;
  }

  private static Hash32 node(Hash32 left, Hash32 right) {
    final byte[] pair = new byte[2 * Hash32.LENGTH];
    left.writeTo(pair, 0);
    right.writeTo(pair, Hash32.LENGTH);
    return Blake3.hash(pair);
  }

  /** The bits that {@code events} set, in no order, some perhaps twice. */
  static int[] bloomBits(List<Event> events) {
    int items = 0;
    for (Event event : events) {
      items += 1 + event.topics().size();
    }
    final int[] bits = new int[3 * items];
    int at = 0;
    for (Event event : events) {
      at = bits(bits, at, event.contract().raw());
      for (Hash32 topic : event.topics()) {
        at = bits(bits, at, topic);
      }
    }
    return bits;
  }

  private static int bits(int[] bits, int at, Hash32 item) {
    final Hash32 digest = Blake3.hash(item);
    bits[at] = bit(digest.w0());
    bits[at + 1] = bit(digest.w1());
    bits[at + 2] = bit(digest.w2());
    return at + 3;
  }

  private static int bit(long bigEndianWord) {
    return (int) Long.remainderUnsigned(Long.reverseBytes(bigEndianWord), BLOOM_BITS);
  }

  /** The bloom filter over all events of {@code receipts}. */
  static byte[] bloom(List<SettledReceipt> receipts) {
    final byte[] bloom = new byte[BLOOM_BYTES];
    for (SettledReceipt receipt : receipts) {
      for (int bit : receipt.bloomBits()) {
        bloom[bit >>> 3] |= (byte) (1 << (bit & 7));
      }
    }
    return bloom;
  }
}
