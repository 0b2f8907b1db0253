package io.tidemill.state.merkle;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3Lanes;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes nodes from their stored form and computes all their hashes anew, which is most of the time
 * that a node costs when it is not in memory: up to 47 hashes, four fifths of them in lanes. The
 * arrays belong to a thread and are used for one node after the other.
 */
final class NodeDecoder {
  private static final ThreadLocal<NodeDecoder> OWN = ThreadLocal.withInitial(NodeDecoder::new);

  private final LeafHasher hasher = new LeafHasher();
  private final StateKey[] keys = new StateKey[Node.WIDTH];
  private final Hash32[] keyHashes = new Hash32[Node.WIDTH];
  private final Hash32[] valueHashes = new Hash32[Node.WIDTH];
  private final Hash32[] hashes = new Hash32[Node.WIDTH];
  private final int[] places = new int[Node.WIDTH / 2];

  private NodeDecoder() {}

  static NodeDecoder ofThisThread() {
    return OWN.get();
  }

  /** The node in {@code bytes}, whose length and slot maps have been checked. */
  Node decode(byte[] bytes, int present, int leaves) {
    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    final @Nullable Child[] children = new @Nullable Child[Node.WIDTH];
    int at = 4;
    int count = 0;
    for (int i = 0; i < Node.WIDTH; i++) {
      if ((leaves >>> i & 1) != 0) {
        keys[count] = StateKey.at(bytes, at);
        valueHashes[count] = Hash32.at(bytes, at + Hash32.LENGTH);
        count++;
        at += 2 * Hash32.LENGTH;
      } else if ((present >>> i & 1) != 0) {
        children[i] = new Inner(buffer.getLong(at), Hash32.at(bytes, at + 8), null);
        at += 8 + Hash32.LENGTH;
      }
    }
    if (count > 0) {
      leaves(children, leaves, count);
    }
    final Node node = new Node(children, null);
    for (int level = Node.WIDTH / 2; level > 0; level /= 2) {
      fold(node, level);
    }
    return node;
  }

  private void leaves(@Nullable Child[] children, int leaves, int count) {
    hasher.keys(keys, keyHashes, count);
    hasher.leaves(keyHashes, valueHashes, hashes, count);
    int next = 0;
    for (int i = 0; i < Node.WIDTH; i++) {
      if ((leaves >>> i & 1) != 0) {
        children[i] = new Leaf(keys[next], keyHashes[next], valueHashes[next], hashes[next], null);
        next++;
      }
    }
  }

  /** Sets the hashes of heap positions {@code level} to twice that, exclusive. */
  private void fold(Node node, int level) {
    int count = 0;
    for (int place = level; place < 2 * level; place++) {
      final Hash32 known = node.withoutHashing(place);
      if (known != null) {
        node.fold(place, known);
      } else {
        places[count++] = place;
      }
    }
    if (count < NodeHasher.LANES_FROM) {
      for (int i = 0; i < count; i++) {
        final int place = places[i];
        node.fold(place, TreeHash.inner(node.at(2 * place), node.at(2 * place + 1)));
      }
      return;
    }
    final Blake3Lanes lanes = hasher.lanes();
    lanes.clear();
    for (int i = 0; i < count; i++) {
      TreeHash.addInner(lanes, node.at(2 * places[i]), node.at(2 * places[i] + 1));
    }
    TreeHash.runInner(lanes);
    for (int i = 0; i < count; i++) {
      node.fold(places[i], lanes.digest(i));
    }
  }
}
