package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a wave beside its receipts and events.
 *
 * <pre>
 * tree version u64 BE | blake3 root 32 | poseidon2 root 32 | content hash 32 | keys u64 BE |
 * top length u16 BE | top (state.merkle.Child) | wave record, to the end
 * </pre>
 *
 * @param treeVersion the version that the wave's tree nodes were written under
 * @param keys the number of keys in the state
 */
record WaveRow(
    long treeVersion,
    StateRoot root,
    Hash32 contentHash,
    long keys,
    @Nullable Child top,
    byte[] record) {
  private static final int FIXED = 8 + 3 * Hash32.LENGTH + 8 + 2;

  byte[] encode() {
    final byte[] topBytes = Child.encodeRoot(top);
    return ByteBuffer.allocate(FIXED + topBytes.length + record.length)
        .putLong(treeVersion)
        .put(root.blake3().toBytes())
        .put(root.poseidon2().toBytes())
        .put(contentHash.toBytes())
        .putLong(keys)
        .putShort((short) topBytes.length)
        .put(topBytes)
        .put(record)
        .array();
  }

  static WaveRow decode(long wave, byte[] bytes) {
    try {
      final ByteBuffer in = ByteBuffer.wrap(bytes);
      final long version = in.getLong();
      final StateRoot root = new StateRoot(hash(in), hash(in));
      final Hash32 content = hash(in);
      final long keys = in.getLong();
      final byte[] top = new byte[in.getShort()];
      in.get(top);
      final byte[] record = new byte[in.remaining()];
      in.get(record);
      final Child child = Child.decodeRoot(top);
      if (!Child.rootHash(child).equals(root.blake3())) {
        throw new IllegalArgumentException("the top of the tree does not have the root's hash");
      }
      return new WaveRow(version, root, content, keys, child, record);
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      throw new StateException("the row of wave " + wave + " is damaged: " + e.getMessage(), e);
    }
  }

  private static Hash32 hash(ByteBuffer in) {
    final byte[] bytes = new byte[Hash32.LENGTH];
    in.get(bytes);
    return Hash32.of(bytes);
  }
}
