package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import io.tidemill.state.merkle.NodeReader;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tree nodes by their place. The upper levels of the tree have a slot of their own each; below, a
 * place has the eight slots of a set, which it shares with others. With fewer, many of the nodes
 * that would fit fell out of a cache that is nearly full: 18 percent with two, 5 with eight, at
 * three nodes for four slots.
 *
 * <p>Entries are immutable and name their version, so a lookup that finds another version is a miss
 * and never a wrong answer; reads and writes need no lock. A node read from disk is hashed anew and
 * must have the hash its parent says.
 */
final class NodeCache implements NodeReader {
  /** Levels 0 to 3: 4,369 nodes that every large batch touches. */
  private static final int RESIDENT_LEVELS = 4;

  private static final int RESIDENT = 4_369;

  /** The slots of a set. */
  private static final int WAYS = 8;

  /** A node under its key, whose fields are here: there are millions. */
  private record Entry(long version, int depth, long w0, long w1, long w2, long w3, Node node) {
    static Entry of(NodeKey key, Node node) {
      final Hash32 prefix = key.prefix();
      return new Entry(
          key.version(), key.depth(), prefix.w0(), prefix.w1(), prefix.w2(), prefix.w3(), node);
    }

    boolean is(NodeKey key) {
      return version == key.version() && isAt(key);
    }

    /** Whether it is at the place of {@code key}, in any version. */
    boolean isAt(NodeKey key) {
      final Hash32 prefix = key.prefix();
      return w0 == prefix.w0()
          && w1 == prefix.w1()
          && depth == key.depth()
          && w2 == prefix.w2()
          && w3 == prefix.w3();
    }
  }

  private final Database database;
  private final Supplier<Core.Current> heads;
  private final @Nullable Entry[] upper = new @Nullable Entry[RESIDENT];
  private final @Nullable Entry[] lower;

  /** A part of the hash of the place in each slot, so that a search looks at few entries. */
  private final int[] tags;

  private final int sets;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** Which slot of a full set makes room next; it matters to nobody when threads race here. */
  private int victim;

  /**
   * A cache of about {@code entries}; misses are read at what {@code heads} gives, whose pin is
   * given back.
   */
  NodeCache(Database database, Supplier<Core.Current> heads, int entries) {
    this.database = database;
    this.heads = heads;
    this.sets = Math.max(2, entries / WAYS);
    this.lower = new @Nullable Entry[sets * WAYS];
    this.tags = new int[sets * WAYS];
  }

  @Override
  public Node read(NodeKey key, Hash32 expected) {
    final Node cached = find(key);
    if (cached != null) {
      return cached;
    }
    final Core.Current head = heads.get();
    try {
      final Node node = load(head, key, expected);
      put(key, node);
      return node;
    } finally {
      head.pin().release();
    }
  }

  /** A reader that misses to {@code at}, of whose pin the caller holds a use. */
  NodeReader at(Core.Current at) {
    return (key, expected) -> {
      final Node cached = find(key);
      if (cached != null) {
        return cached;
      }
      final Node node = load(at, key, expected);
      put(key, node);
      return node;
    };
  }

  private @Nullable Node find(NodeKey key) {
    final Node node = lookUp(key);
    (node == null ? misses : hits).increment();
    return node;
  }

  /** Lookups that found their node. */
  long hits() {
    return hits.sum();
  }

  /** Lookups that did not. */
  long misses() {
    return misses.sum();
  }

  private @Nullable Node lookUp(NodeKey key) {
    if (key.depth() < RESIDENT_LEVELS) {
      return of(upper[place(key)], key);
    }
    final long hash = key.placeHash();
    final int set = set(hash);
    final int tag = (int) hash;
    for (int slot = set; slot < set + WAYS; slot++) {
      if (tags[slot] == tag) {
        final Node node = of(lower[slot], key);
        if (node != null) {
          return node;
        }
      }
    }
    return null;
  }

  void put(NodeKey key, Node node) {
    final Entry entry = Entry.of(key, node);
    if (key.depth() < RESIDENT_LEVELS) {
      upper[place(key)] = entry;
      return;
    }
    final long hash = key.placeHash();
    final int slot = slot(set(hash), (int) hash, key);
    lower[slot] = entry;
    tags[slot] = (int) hash;
  }

  /** The first slot of the set: the upper half of the hash, brought into the range of the sets. */
  private int set(long hash) {
    return (int) ((hash >>> 32) * sets >>> 32) * WAYS;
  }

  /**
   * The slot of {@code set} with another version of the node, or a free one, or one to be freed.
   */
  private int slot(int set, int tag, NodeKey key) {
    int free = -1;
    for (int slot = set; slot < set + WAYS; slot++) {
      final Entry held = lower[slot];
      if (held == null) {
        free = slot;
      } else if (tags[slot] == tag && held.isAt(key)) {
        return slot;
      }
    }
    return free >= 0 ? free : set + (++victim & WAYS - 1);
  }

  private static @Nullable Node of(@Nullable Entry entry, NodeKey key) {
    return entry != null && entry.is(key) ? entry.node() : null;
  }

  /** The node of a dirty wave, or as it is on disk; checked against {@code expected}. */
  Node load(Core.Current at, NodeKey key, Hash32 expected) {
    final Node dirty = at.dirty().node(key);
    final Node node = dirty != null ? dirty : stored(at.pin(), key);
    if (!node.hash().equals(expected)) {
      throw new StateException(damaged(key, "does not have the hash its parent says"));
    }
    return node;
  }

  private Node stored(Pin pin, NodeKey key) {
    final byte[] bytes = database.get(Family.JMT, pin, key.encode());
    if (bytes == null) {
      throw new StateException(damaged(key, "is missing"));
    }
    try {
      return Node.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new StateException(damaged(key, e.getMessage()), e);
    }
  }

  private String damaged(NodeKey key, @Nullable String problem) {
    return "tree node "
        + key
        + " in "
        + database.path()
        + " "
        + problem
        + "; run `state verify`, then restore a snapshot";
  }

  /** Where a node of the upper levels lives: after all nodes of the levels above. */
  private static int place(NodeKey key) {
    final int depth = key.depth();
    final int before = ((1 << (4 * depth)) - 1) / 15;
    return depth == 0 ? 0 : before + (int) (key.prefix().w0() >>> (64 - 4 * depth));
  }
}
