package io.tidemill.state.writeback;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What makes a dirty wave survive a crash: everything that its flush writes, but for the tree,
 * which follows from it. Numbers are big-endian.
 *
 * <pre>
 * form u8 = 2
 * count u32 | for each entry:   raw key 32 | 00, a deletion
 *                               raw key 32 | 01 | length u32 | value
 *                               raw key 32 | 02 | length u32 | ValuePatch on the value before
 * count u32 | for each receipt: transaction hash 32 | indexed u8 | length u32 | receipt
 * count u32 | for each event:   transaction u32 | event u32 | contract 32 |
 *                               topics u8 | topic 32.. | length u32 | event
 * </pre>
 *
 * <p>Form 1 knows no patches: an entry is its raw key, a length u32, ffffffff for a deletion, and
 * the value.
 */
public final class WaveLogRow {
  private static final byte WHOLE_VALUES = 1;
  private static final byte FORM = 2;
  private static final int DELETED = -1;
  private static final byte NOTHING = 0;
  private static final byte WHOLE = 1;
  private static final byte PATCH = 2;

  private final StateDelta delta;
  private final List<WaveArtifacts.StoredReceipt> receipts;
  private final List<WaveArtifacts.StoredEvent> events;

  private final @Nullable ValuePatch[] patches;

  /**
   * The row of a wave.
   *
   * @param patches how the entries follow from what was under their keys before the wave, entry for
   *     entry, null for those that are written whole
   */
  public WaveLogRow(
      StateDelta delta,
      List<WaveArtifacts.StoredReceipt> receipts,
      List<WaveArtifacts.StoredEvent> events,
      @Nullable ValuePatch[] patches) {
    this.delta = delta;
    this.receipts = receipts;
    this.events = events;
    this.patches = patches;
  }

  /** What a row says of its wave. */
  public record Read(
      StateDelta delta,
      List<WaveArtifacts.StoredReceipt> receipts,
      List<WaveArtifacts.StoredEvent> events) {}

  /** The length of the stored form. */
  public int encodedLength() {
    long length = 1 + 3 * 4;
    for (int i = 0; i < patches.length; i++) {
      final byte[] value = delta.get(i).value();
      final ValuePatch patch = patches[i];
      length += Hash32.LENGTH + 1;
      if (value != null) {
        length += 4 + (patch == null ? value.length : patch.encodedLength(value));
      }
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
    for (int i = 0; i < patches.length; i++) {
      put(out, delta.get(i).key().raw());
      put(out, delta.get(i).value(), patches[i]);
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

  private static void put(ByteBuffer out, byte @Nullable [] value, @Nullable ValuePatch patch) {
    if (value == null) {
      out.put(NOTHING);
    } else if (patch == null) {
      out.put(WHOLE).putInt(value.length).put(value);
    } else {
      out.put(PATCH).putInt(patch.encodedLength(value));
      patch.put(out, value);
    }
  }

  /**
   * Reads the stored form.
   *
   * @param before the values under some keys, in their order, before the wave
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static Read decode(
      byte[] bytes, Function<List<StateKey>, List<byte @Nullable []>> before) {
    try {
      final ByteBuffer in = ByteBuffer.wrap(bytes);
      final byte form = in.get();
      if (form != FORM && form != WHOLE_VALUES) {
        throw new IllegalArgumentException("not a log row of form " + FORM);
      }
      final List<StateDelta.Entry> entries =
          form == WHOLE_VALUES ? wholeEntries(in) : entries(in, before);
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
      return new Read(StateDelta.ofSorted(entries), receipts, events);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the log row ends early", e);
    }
  }

  private static List<StateDelta.Entry> wholeEntries(ByteBuffer in) {
    final List<StateDelta.Entry> entries = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      final StateKey key = new StateKey(hash(in));
      final int length = in.getInt();
      entries.add(new StateDelta.Entry(key, length == DELETED ? null : take(in, length)));
    }
    return entries;
  }

  private static List<StateDelta.Entry> entries(
      ByteBuffer in, Function<List<StateKey>, List<byte @Nullable []>> before) {
    final List<StateDelta.Entry> entries = new ArrayList<>();
    final List<StateKey> patched = new ArrayList<>();
    final List<ByteBuffer> patches = new ArrayList<>();
    final List<Integer> places = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      final StateKey key = new StateKey(hash(in));
      byte[] value = null;
      switch (in.get()) {
        case NOTHING -> {}
        case WHOLE -> value = take(in, in.getInt());
        case PATCH -> {
          patched.add(key);
          patches.add(ByteBuffer.wrap(take(in, in.getInt())));
          places.add(entries.size());
        }
        default -> throw new IllegalArgumentException("an entry of no kind, key " + key);
      }
      entries.add(new StateDelta.Entry(key, value));
    }
    final List<byte @Nullable []> bases = before.apply(patched);
    for (int i = 0; i < bases.size(); i++) {
      entries.set(
          places.get(i),
          new StateDelta.Entry(patched.get(i), ValuePatch.apply(patches.get(i), bases.get(i))));
    }
    return entries;
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
