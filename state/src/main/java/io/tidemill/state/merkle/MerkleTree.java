package io.tidemill.state.merkle;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.Proof;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Batch updates of a persistent tree: every touched node is visited and hashed once per batch.
 *
 * <p>Large batches are cut by the first nibble of the key hash and worked on in parallel; the
 * result is put together in nibble order, so that it does not depend on who was faster.
 */
public final class MerkleTree {
  /** Below this many changes one thread is faster than handing work around. */
  private static final int PARALLEL_FROM = 512;

  private final NodeReader reader;
  private final boolean resident;
  private final @Nullable ExecutorService pool;

  private MerkleTree(NodeReader reader, boolean resident, @Nullable ExecutorService pool) {
    this.reader = reader;
    this.resident = resident;
    this.pool = pool;
  }

  /** A tree whose old nodes come from {@code reader}; large batches fan out over {@code pool}. */
  public static MerkleTree over(NodeReader reader, @Nullable ExecutorService pool) {
    return new MerkleTree(reader, false, pool);
  }

  /** A tree that holds its nodes and values by reference. */
  public static MerkleTree resident() {
    return new MerkleTree(NodeReader.RESIDENT, true, null);
  }

  /** The change of one key: its new leaf, or null for a deletion. */
  record Change(StateKey key, Hash32 keyHash, @Nullable Leaf leaf) implements Comparable<Change> {
    @Override
    public int compareTo(Change other) {
      return keyHash.compareTo(other.keyHash);
    }
  }

  /** What one thread collects; the fields end up in a {@link TreeUpdate}. */
  private static final class Output {
    final List<TreeUpdate.Created> created = new ArrayList<>();
    final List<NodeKey> stale = new ArrayList<>();
    final NodeHasher hasher = new NodeHasher();
    long grown;

    void append(Output other) {
      created.addAll(other.created);
      stale.addAll(other.stale);
      grown += other.grown;
    }
  }

  /**
   * Applies {@code delta} to the tree under {@code root}.
   *
   * @param version names the new nodes; must never have been used for this store before
   */
  public TreeUpdate update(@Nullable Child root, long version, StateDelta delta) {
    final Change[] changes = changes(delta);
    final int[] starts = bucketByFirstNibble(changes);
    final Output output = new Output();
    final Node old = root instanceof Inner inner ? load(inner, Hash32.ZERO, 0) : null;
    final @Nullable Child[] children = open(root, old, 0);
    final List<Callable<@Nullable Child>> tasks = new ArrayList<>(Node.WIDTH);
    final Output[] outputs = new Output[Node.WIDTH];
    for (int i = 0; i < Node.WIDTH; i++) {
      final int from = starts[i];
      final int to = starts[i + 1];
      final Child before = children[i];
      final Output own = new Output();
      outputs[i] = own;
      tasks.add(
          () -> {
            if (from == to) {
              return before;
            }
            Arrays.sort(changes, from, to);
            final Child after = apply(before, changes, from, to, 1, version, own);
            own.hasher.run();
            return after;
          });
    }
    final List<@Nullable Child> results = run(tasks, changes.length);
    int dirty = 0;
    for (int i = 0; i < Node.WIDTH; i++) {
      output.append(outputs[i]);
      if (differs(children[i], results.get(i))) {
        children[i] = results.get(i);
        dirty |= 1 << i;
      }
    }
    final Child updated = close(root, old, children, dirty, Hash32.ZERO, 0, version, output);
    output.hasher.run();
    return new TreeUpdate(updated, output.created, output.stale, output.grown);
  }

  /** The leaf of {@code key} under {@code root}, or null. */
  public @Nullable Leaf find(@Nullable Child root, StateKey key) {
    final Hash32 keyHash = key.keyHash();
    Child at = root;
    int depth = 0;
    while (at instanceof Inner inner) {
      at = load(inner, keyHash, depth).child(Node.nibble(keyHash, depth));
      depth++;
    }
    return at instanceof Leaf leaf && leaf.isOf(key) ? leaf : null;
  }

  /** The path to where {@code keyHash} is, or would be, under {@code root}. */
  public Proof prove(@Nullable Child root, Hash32 keyHash) {
    final List<Hash32> siblings = new ArrayList<>();
    Child at = root;
    int depth = 0;
    while (at instanceof Inner inner) {
      final Node node = load(inner, keyHash, depth);
      // Down the heap of the node: 1 is its top, 16 to 31 are its slots.
      int place = 1;
      while (place < Node.WIDTH && !node.isEmpty(place) && node.onlyLeaf(place) == null) {
        place = 2 * place + keyHash.bit(4 * depth + 31 - Integer.numberOfLeadingZeros(place));
        siblings.add(node.at(place ^ 1));
      }
      at = place < Node.WIDTH ? node.onlyLeaf(place) : node.child(place - Node.WIDTH);
      depth++;
    }
    if (!(at instanceof Leaf leaf)) {
      return new Proof(siblings, Proof.End.EMPTY, null);
    }
    final Hash32 there = leaf.keyHash();
    return there.equals(keyHash)
        ? new Proof(siblings, Proof.End.OWN_LEAF, null)
        : new Proof(siblings, Proof.End.OTHER_LEAF, new Proof.OtherLeaf(there, leaf.valueHash()));
  }

  /** The node that {@code inner}, hanging at {@code depth} above {@code keyHash}, refers to. */
  Node load(Inner inner, Hash32 keyHash, int depth) {
    final Node node = inner.resident();
    return node != null
        ? node
        : reader.read(NodeKey.above(inner.version(), depth, keyHash), inner.hash());
  }

  private Change[] changes(StateDelta delta) {
    final Change[] changes = new Change[delta.size()];
    final List<Callable<@Nullable Child>> tasks = new ArrayList<>();
    final int step = Math.max(PARALLEL_FROM / 2, (changes.length + 7) / 8);
    for (int start = 0; start < changes.length; start += step) {
      final int from = start;
      final int to = Math.min(changes.length, start + step);
      tasks.add(
          () -> {
            new ChangeMaker(delta, changes, resident).make(from, to);
            return null;
          });
    }
    run(tasks, changes.length);
    return changes;
  }

  /** Moves the changes of one first nibble together and returns where each nibble starts. */
  private static int[] bucketByFirstNibble(Change[] changes) {
    final int[] starts = new int[Node.WIDTH + 1];
    for (final Change change : changes) {
      starts[Node.nibble(change.keyHash(), 0) + 1]++;
    }
    for (int i = 0; i < Node.WIDTH; i++) {
      starts[i + 1] += starts[i];
    }
    final int[] next = starts.clone();
    final Change[] copy = changes.clone();
    for (final Change change : copy) {
      changes[next[Node.nibble(change.keyHash(), 0)]++] = change;
    }
    return starts;
  }

  private List<@Nullable Child> run(List<Callable<@Nullable Child>> tasks, int changes) {
    final List<@Nullable Child> results = new ArrayList<>(tasks.size());
    try {
      if (pool == null || changes < PARALLEL_FROM) {
        for (final Callable<@Nullable Child> task : tasks) {
          results.add(task.call());
        }
      } else {
        for (final Future<@Nullable Child> future : pool.invokeAll(tasks)) {
          results.add(future.get());
        }
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during a tree update", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("a tree update failed", e.getCause());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a tree update failed", e);
    }
  }

  /** Applies changes[from, to), which all belong below {@code old} at {@code depth}. */
  private @Nullable Child apply(
      @Nullable Child old,
      Change[] changes,
      int from,
      int to,
      int depth,
      long version,
      Output output) {
    if (to - from == 1 && !(old instanceof Inner)) {
      final Change change = changes[from];
      final Leaf leaf = (Leaf) old;
      if (leaf == null || leaf.isOf(change.key())) {
        return replace(leaf, change.leaf(), output);
      }
      if (change.leaf() == null) {
        return old;
      }
    }
    final Hash32 prefix = changes[from].keyHash();
    final Node node = old instanceof Inner inner ? load(inner, prefix, depth) : null;
    final @Nullable Child[] children = open(old, node, depth);
    int dirty = 0;
    int start = from;
    while (start < to) {
      final int nibble = Node.nibble(changes[start].keyHash(), depth);
      int end = start + 1;
      while (end < to && Node.nibble(changes[end].keyHash(), depth) == nibble) {
        end++;
      }
      final Child before = children[nibble];
      final Child after = apply(before, changes, start, end, depth + 1, version, output);
      if (differs(before, after)) {
        children[nibble] = after;
        dirty |= 1 << nibble;
      }
      start = end;
    }
    return close(old, node, children, dirty, prefix, depth, version, output);
  }

  /** An untouched subtree comes back as the same object; that is what spares its hashes. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean differs(@Nullable Child before, @Nullable Child after) {
    return before != after;
  }

  private static @Nullable Leaf replace(
      @Nullable Leaf before, @Nullable Leaf after, Output output) {
    if (before != null && after != null && before.valueHash().equals(after.valueHash())) {
      return before;
    }
    output.grown += (after == null ? 0 : 1) - (before == null ? 0 : 1);
    return after;
  }

  /** The slots of {@code old} at {@code depth}, to be changed; a leaf is pushed into its slot. */
  private static @Nullable Child[] open(@Nullable Child old, @Nullable Node node, int depth) {
    if (node != null) {
      return node.slots();
    }
    final @Nullable Child[] children = new @Nullable Child[Node.WIDTH];
    if (old instanceof Leaf leaf) {
      children[Node.nibble(leaf.keyHash(), depth)] = leaf;
    }
    return children;
  }

  /** Makes the subtree of {@code children}: nothing, a lone leaf lifted up, or a new node. */
  private @Nullable Child close(
      @Nullable Child old,
      @Nullable Node node,
      @Nullable Child[] children,
      int dirty,
      Hash32 prefix,
      int depth,
      long version,
      Output output) {
    if (dirty == 0) {
      return old;
    }
    if (old instanceof Inner inner) {
      output.stale.add(NodeKey.above(inner.version(), depth, prefix));
    }
    int count = 0;
    Child only = null;
    for (final Child child : children) {
      if (child != null) {
        count++;
        only = child;
      }
    }
    if (count == 0 || (count == 1 && only instanceof Leaf)) {
      return only;
    }
    // Without an old node all hashes are new, those of a leaf that was pushed down included.
    final int unhashed = node == null ? Node.ALL : dirty;
    final Node made = new Node(children, node);
    final Inner reference = new Inner(version, null, resident ? made : null);
    output.hasher.add(depth, made, reference, unhashed);
    output.created.add(new TreeUpdate.Created(NodeKey.above(version, depth, prefix), made));
    return reference;
  }
}
