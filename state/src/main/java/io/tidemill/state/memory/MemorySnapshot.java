package io.tidemill.state.memory;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.Leaf;
import io.tidemill.state.merkle.LeafWalk;
import io.tidemill.state.merkle.MerkleTree;
import io.tidemill.state.merkle.NodeReader;
import io.tidemill.state.proof.Proof;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A root of the persistent tree. */
final class MemorySnapshot implements Snapshot {
  private final MerkleTree tree;
  private final long wave;
  private final StateRoot root;
  private final @Nullable Child top;
  private final @Nullable Hash32 commit;
  private final NavigableMap<Hash32, byte[]> codes;
  private volatile boolean closed;

  MemorySnapshot(
      MerkleTree tree,
      long wave,
      StateRoot root,
      @Nullable Child top,
      @Nullable Hash32 commit,
      NavigableMap<Hash32, byte[]> codes) {
    this.tree = tree;
    this.wave = wave;
    this.root = root;
    this.top = top;
    this.commit = commit;
    this.codes = codes;
  }

  @Nullable Child top() {
    return top;
  }

  /** The child commit this reads, or null for a wave. */
  @Nullable Hash32 commit() {
    return commit;
  }

  @Override
  public long wave() {
    return wave;
  }

  @Override
  public StateRoot root() {
    return root;
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    requireOpen();
    final Leaf leaf = tree.find(top, key);
    return leaf == null ? null : leaf.value();
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    requireOpen();
    return codes.get(codeHash);
  }

  @Override
  public boolean isProvable() {
    return true;
  }

  @Override
  public Proof prove(StateKey key) {
    requireOpen();
    return tree.prove(top, key.keyHash());
  }

  @Override
  public void list(Hash32 from, Visitor visitor) {
    requireOpen();
    LeafWalk.run(
        top,
        from,
        NodeReader.RESIDENT,
        leaf -> visitor.entry(leaf.key(), Objects.requireNonNull(leaf.value())));
  }

  @Override
  public Hash32 rootAfter(StateDelta delta) {
    requireOpen();
    return Child.rootHash(tree.update(top, Long.MAX_VALUE, delta).root());
  }

  @Override
  public void listCodes(Consumer<byte[]> visitor) {
    requireOpen();
    codes.values().forEach(visitor);
  }

  @Override
  public long keys() {
    requireOpen();
    final long[] count = {0};
    LeafWalk.run(top, Hash32.ZERO, NodeReader.RESIDENT, leaf -> ++count[0] > 0);
    return count[0];
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new StateException("this snapshot of wave " + wave + " is closed");
    }
  }
}
