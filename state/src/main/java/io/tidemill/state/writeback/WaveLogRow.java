package io.tidemill.state.writeback;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes a dirty wave survive a crash: everything that its flush writes, but for the tree,
 * which follows from it. Numbers are big-endian.
 *
 * <pre>
 * form u8 = 1
 * count u32 | for each entry:   raw key 32 | length u32, ffffffff for a deletion | value
 * count u32 | for each receipt: transaction hash 32 | indexed u8 | length u32 | receipt
 * count u32 | for each event:   transaction u32 | event u32 | contract 32 |
 *                               topics u8 | topic 32.. | length u32 | event
 * </pre>
 */
public record WaveLogRow(
    StateDelta delta,
    List<WaveArtifacts.StoredReceipt> receipts,
    List<WaveArtifacts.StoredEvent> events) {
  private static final byte FORM = 1;
  private static final int DELETED = -1;

  /** The length of the stored form. */
  public int encodedLength() {
    long length = 1 + 3 * 4;
    for (final StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      length += Hash32.LENGTH + 4 + (value == null ? 0 : value.length);
    }
    for (final WaveArtifacts.StoredReceipt receipt : receipts) {
      length += Hash32.LENGTH + 1 + 4 + receipt.bytes().length;
    }
    for (final WaveArtifacts.StoredEvent event : events) {
      length += 8 + Hash32.LENGTH * (1L + event.topics().size()) + 1 + 4 + event.bytes().length;
    }
    return Math.toIntExact(length);
  }

  /** Writes the stored form at {@code offset}. */
  public void encodeTo(byte[] target, int offset) {
    final ByteBuffer out = ByteBuffer.wrap(target);
    out.position(offset).put(FORM).putInt(delta.size());
    for (final StateDelta.Entry entry : delta) {
      put(out, entry.key().raw());
      final byte[] value = entry.value();
      if (value == null) {
        out.putInt(DELETED);
      } else {
        out.putInt(value.length).put(value);
      }
    }
    out.putInt(receipts.size());
    for (final WaveArtifacts.StoredReceipt receipt : receipts) {
      put(out, receipt.transactionHash());
      out.put((byte) (receipt.indexHash() ? 1 : 0));
      out.putInt(receipt.bytes().length).put(receipt.bytes());
    }
    out.putInt(events.size());
    for (final WaveArtifacts.StoredEvent event : events) {
      out.putInt(event.transactionIndex()).putInt(event.eventIndex());
      put(out, event.contract());
      out.put((byte) event.topics().size());
      event.topics().forEach(topic -> put(out, topic));
      out.putInt(event.bytes().length).put(event.bytes());
    }
  }

  /**
   * Reads the stored form.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static WaveLogRow decode(byte[] bytes) {
    try {
      final ByteBuffer in = ByteBuffer.wrap(bytes);
      if (in.get() != FORM) {
        throw new IllegalArgumentException("not a log row of form " + FORM);
      }
      final List<StateDelta.Entry> entries = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        final StateKey key = new StateKey(hash(in));
        final int length = in.getInt();
        entries.add(new StateDelta.Entry(key, length == DELETED ? null : take(in, length)));
      }
      final List<WaveArtifacts.StoredReceipt> receipts = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        receipts.add(
            new WaveArtifacts.StoredReceipt(hash(in), in.get() != 0, take(in, in.getInt())));
      }
      final List<WaveArtifacts.StoredEvent> events = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        events.add(event(in));
      }
      if (in.hasRemaining()) {
        throw new IllegalArgumentException("trailing bytes, at byte " + in.position());
      }
      return new WaveLogRow(StateDelta.ofSorted(entries), receipts, events);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the log row ends early", e);
    }
  }

  private static WaveArtifacts.StoredEvent event(ByteBuffer in) {
    final int transaction = in.getInt();
    final int index = in.getInt();
    final Hash32 contract = hash(in);
    final List<Hash32> topics = new ArrayList<>();
    for (int left = in.get() & 0xFF; left > 0; left--) {
      topics.add(hash(in));
    }
    return new WaveArtifacts.StoredEvent(
        transaction, index, contract, topics, take(in, in.getInt()));
  }

  private static void put(ByteBuffer out, Hash32 hash) {
    out.putLong(hash.w0()).putLong(hash.w1()).putLong(hash.w2()).putLong(hash.w3());
  }

  private static Hash32 hash(ByteBuffer in) {
    return new Hash32(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    final byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
