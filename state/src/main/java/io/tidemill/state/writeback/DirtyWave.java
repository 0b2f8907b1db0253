package io.tidemill.state.writeback;

import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.TreeUpdate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one acknowledged wave did, as it waits for its flush. Immutable. */
public final class DirtyWave {
  /** About what an object around a value, a receipt or an event takes. */
  private static final int OVERHEAD = 100;

  /** About what a node takes with its hashes. */
  private static final int NODE_BYTES = 700;

  private final long wave;
  private final StateDelta delta;
  private final TreeUpdate update;
  private final long treeVersion;
  private final List<WaveArtifacts.StoredReceipt> receipts;
  private final List<WaveArtifacts.StoredEvent> events;
  private final @Nullable ValuePatch[] patches;
  private final long bytes;

  /** Places of the keys in the delta, plus one; 0 is free. Open addressing, at most half full. */
  private final int[] places;

  /** Made when they are first asked for, which a warm cache seldom does. */
  private volatile @Nullable Map<NodeKey, Node> nodes;

  private volatile @Nullable Map<Hash32, ReceiptLocation> locations;

  /**
   * A wave with what it wrote, entry for entry as it was proposed, and what that did to the tree.
   *
   * @param patches how the entries follow from what was there before, null where that is not known
   */
  public DirtyWave(
      long wave,
      StateDelta delta,
      TreeUpdate update,
      long treeVersion,
      List<WaveArtifacts.StoredReceipt> receipts,
      List<WaveArtifacts.StoredEvent> events,
      @Nullable ValuePatch[] patches) {
    this.wave = wave;
    this.delta = delta;
    this.update = update;
    this.treeVersion = treeVersion;
    this.receipts = receipts;
    this.events = events;
    this.patches = patches;
    this.places = new int[Integer.highestOneBit(Math.max(4, delta.size())) << 2];
    long size = (long) NODE_BYTES * update.created().size();
    for (int i = 0; i < delta.size(); i++) {
      final StateDelta.Entry entry = delta.get(i);
      int slot = entry.key().hashCode() & (places.length - 1);
      while (places[slot] != 0) {
        slot = (slot + 1) & (places.length - 1);
      }
      places[slot] = i + 1;
      final byte[] value = entry.value();
      size += OVERHEAD + (value == null ? 0 : value.length);
    }
    for (final WaveArtifacts.StoredReceipt receipt : receipts) {
      size += OVERHEAD + receipt.bytes().length;
    }
    for (final WaveArtifacts.StoredEvent event : events) {
      size += OVERHEAD + event.bytes().length;
    }
    this.bytes = size;
  }

  /** The number of the wave. */
  public long wave() {
    return wave;
  }

  /** What it wrote. */
  public StateDelta delta() {
    return delta;
  }

  /** What it did to the tree. */
  public TreeUpdate update() {
    return update;
  }

  /** The version of the nodes that it created. */
  public long treeVersion() {
    return treeVersion;
  }

  /** Its receipts, in order. */
  public List<WaveArtifacts.StoredReceipt> receipts() {
    return receipts;
  }

  /** Its events, in order. */
  public List<WaveArtifacts.StoredEvent> events() {
    return events;
  }

  /** How its entry {@code index} follows from what was there before, or null. */
  public @Nullable ValuePatch patch(int index) {
    return patches[index];
  }

  /** What makes it survive a crash. */
  public WaveLogRow logRow() {
    return new WaveLogRow(delta, receipts, events, patches);
  }

  /** About what it takes in memory. */
  long bytes() {
    return bytes;
  }

  /** What it wrote under {@code key}, or null when it did not; a deletion is an entry. */
  StateDelta.@Nullable Entry find(StateKey key, int hash) {
    int slot = hash & (places.length - 1);
    while (places[slot] != 0) {
      final StateDelta.Entry entry = delta.get(places[slot] - 1);
      if (entry.key().equals(key)) {
        return entry;
      }
      slot = (slot + 1) & (places.length - 1);
    }
    return null;
  }

  /** The node that it created under {@code key}, or null. */
  @Nullable Node node(NodeKey key) {
    Map<NodeKey, Node> made = nodes;
    if (made == null) {
      made = HashMap.newHashMap(update.created().size());
      for (final TreeUpdate.Created created : update.created()) {
        made.put(created.key(), created.node());
      }
      nodes = made;
    }
    return made.get(key);
  }

  /** Where it holds the receipt that the hash index points to, or null. */
  @Nullable ReceiptLocation location(Hash32 transactionHash) {
    Map<Hash32, ReceiptLocation> made = locations;
    if (made == null) {
      made = HashMap.newHashMap(receipts.size());
      for (int i = 0; i < receipts.size(); i++) {
        if (receipts.get(i).indexHash()) {
          made.put(receipts.get(i).transactionHash(), new ReceiptLocation(wave, i));
        }
      }
      locations = made;
    }
    return made.get(transactionHash);
  }
}
