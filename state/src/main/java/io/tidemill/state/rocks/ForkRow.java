package io.tidemill.state.rocks;

import io.tidemill.state.Commit;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.NodeKey;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child commit as it is stored. It holds everything it needs over its wave, so that deleting its
 * parent takes nothing from it.
 *
 * <pre>
 * order u64 BE | wave u64 BE | has parent u8 | parent 32 | top length u16 BE | top | own node keys
 * </pre>
 *
 * @param order commits are listed in this order
 * @param ownNodes encoded keys of the tree nodes that only this commit reaches
 */
record ForkRow(long order, Commit commit, @Nullable Child top, byte[] ownNodes) {
  static byte[] encode(
      long order, long wave, @Nullable Hash32 parent, @Nullable Child top, List<NodeKey> own) {
    final byte[] topBytes = Child.encodeRoot(top);
    int length = 8 + 8 + 1 + Hash32.LENGTH + 2 + topBytes.length;
    for (final NodeKey key : own) {
      length += NodeKey.encodedLength(key.depth());
    }
    final ByteBuffer out =
        ByteBuffer.allocate(length)
            .putLong(order)
            .putLong(wave)
            .put((byte) (parent == null ? 0 : 1))
            .put((parent == null ? Hash32.ZERO : parent).toBytes())
            .putShort((short) topBytes.length)
            .put(topBytes);
    for (final NodeKey key : own) {
      out.put(key.encode());
    }
    return out.array();
  }

  static ForkRow decode(Hash32 id, byte[] bytes) {
    try {
      final ByteBuffer in = ByteBuffer.wrap(bytes);
      final long order = in.getLong();
      final long wave = in.getLong();
      final boolean hasParent = in.get() != 0;
      final byte[] parent = new byte[Hash32.LENGTH];
      in.get(parent);
      final byte[] top = new byte[in.getShort()];
      in.get(top);
      final byte[] own = new byte[in.remaining()];
      in.get(own);
      final Commit commit =
          new Commit(id, hasParent ? Hash32.of(parent) : null, wave, StateRoot.of(id));
      return new ForkRow(order, commit, Child.decodeRoot(top), own);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StateException("the row of commit " + id + " is damaged: " + e.getMessage(), e);
    }
  }
}
