package io.tidemill.state.snapshot;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.Proof;
import io.tidemill.state.proof.RangeProof;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive values of a state, ordered by key hash, with the paths of the first and the last.
 *
 * <pre>
 * form u8 = 1 | count u32 BE | count times: raw key 32 | length u32 BE | value |
 * length u32 BE | proof of the first (Proof) | length u32 BE | proof of the last (Proof)
 * </pre>
 */
public record StateChunk(List<StateDelta.Entry> entries, Proof first, Proof last) {
  private static final byte FORM = 1;

  /** The stored form. */
  public byte[] encode() {
    final byte[] firstBytes = first.encode();
    final byte[] lastBytes = last.encode();
    int length = 5 + 8 + firstBytes.length + lastBytes.length;
    for (final StateDelta.Entry entry : entries) {
      length += Hash32.LENGTH + 4 + value(entry).length;
    }
    final ByteBuffer out = ByteBuffer.allocate(length).put(FORM).putInt(entries.size());
    for (final StateDelta.Entry entry : entries) {
      out.put(entry.key().raw().toBytes()).putInt(value(entry).length).put(value(entry));
    }
    out.putInt(firstBytes.length).put(firstBytes).putInt(lastBytes.length).put(lastBytes);
    return out.array();
  }

  /**
   * Reads the stored form.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static StateChunk decode(byte[] bytes) {
    try {
      final ByteBuffer in = ByteBuffer.wrap(bytes);
      if (in.get() != FORM) {
        throw new IllegalArgumentException("not a state chunk of form " + FORM);
      }
      final int count = in.getInt();
      final List<StateDelta.Entry> entries = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        final StateKey key = new StateKey(Hash32.of(take(in, Hash32.LENGTH)));
        entries.add(new StateDelta.Entry(key, take(in, in.getInt())));
      }
      final Proof first = Proof.decode(take(in, in.getInt()));
      final Proof last = Proof.decode(take(in, in.getInt()));
      if (in.hasRemaining()) {
        throw new IllegalArgumentException("trailing bytes, at byte " + in.position());
      }
      return new StateChunk(entries, first, last);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the chunk ends early", e);
    }
  }

  /** Whether this is everything between its ends in the state under {@code root}. */
  public boolean verify(Hash32 root) {
    return !entries.isEmpty() && RangeProof.verify(root, leaves(null), first, last);
  }

  /**
   * Whether this follows {@code before} in the state under {@code root} with nothing in between;
   * nothing at all before it when that is null, and nothing after it when {@code isLast}.
   */
  public boolean follows(@Nullable StateChunk before, boolean isLast, Hash32 root) {
    return !entries.isEmpty()
        && RangeProof.verify(
            root, leaves(before), before == null ? null : before.last, isLast ? null : last);
  }

  /** The changes that put the values into an empty state, ordered by raw key. */
  public StateDelta toDelta() {
    return StateDelta.ofSorted(
        entries.stream().sorted(Comparator.comparing(StateDelta.Entry::key)).toList());
  }

  private List<RangeProof.Entry> leaves(@Nullable StateChunk before) {
    final List<RangeProof.Entry> leaves = new ArrayList<>(entries.size() + 1);
    if (before != null) {
      leaves.add(leaf(before.entries.getLast()));
    }
    for (final StateDelta.Entry entry : entries) {
      leaves.add(leaf(entry));
    }
    return leaves;
  }

  private static RangeProof.Entry leaf(StateDelta.Entry entry) {
    return new RangeProof.Entry(entry.key().keyHash(), Blake3.hash(value(entry)));
  }

  private static byte[] value(StateDelta.Entry entry) {
    final byte[] value = entry.value();
    if (value == null) {
      throw new IllegalArgumentException("a snapshot holds no deletions");
    }
    return value;
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
