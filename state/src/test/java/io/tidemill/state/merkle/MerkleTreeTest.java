package io.tidemill.state.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.TreeHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  private static final int CASES = Integer.getInteger("tidemill.cases", 60);

  /** Nodes by key in their stored form, as a database holds them. */
  private static final class Nodes implements NodeReader {
    final Map<NodeKey, byte[]> stored = new ConcurrentHashMap<>();

    @Override
    public Node read(NodeKey key, Hash32 expected) {
      final Node node = Node.decode(stored.get(key));
      assertThat(node.hash()).isEqualTo(expected);
      return node;
    }

    void apply(TreeUpdate update) {
      for (final TreeUpdate.Created created : update.created()) {
        final byte[] key = created.key().encode();
        assertThat(NodeKey.decode(key, 0)).isEqualTo(created.key());
        assertThat(stored.put(created.key(), created.node().encode())).isNull();
      }
      for (final NodeKey stale : update.stale()) {
        assertThat(stored.remove(stale)).as("stale node %s exists", stale).isNotNull();
      }
    }

    Set<NodeKey> reachable(@Nullable Child root) {
      final Set<NodeKey> found = new HashSet<>();
      collect(root, 0, Hash32.ZERO, found);
      return found;
    }

    private void collect(@Nullable Child at, int depth, Hash32 prefix, Set<NodeKey> found) {
      if (!(at instanceof Inner inner)) {
        return;
      }
      final NodeKey key = NodeKey.above(inner.version(), depth, prefix);
      assertThat(found.add(key)).isTrue();
      final Node node = read(key, inner.hash());
      for (int slot = 0; slot < 16; slot++) {
        final byte[] next = prefix.toBytes();
        next[depth / 2] |= (byte) (depth % 2 == 0 ? slot << 4 : slot);
        collect(node.child(slot), depth + 1, Hash32.of(next), found);
      }
    }
  }

  @Test
  void shouldEqualTheReferenceAfterRandomBatchesAndLeaveExactlyTheReachableNodes() {
    for (int seed = 0; seed < CASES; seed++) {
      final Random random = new Random(seed);
      final Nodes nodes = new Nodes();
      final MerkleTree tree = MerkleTree.over(nodes, null);
      final MerkleTree resident = MerkleTree.resident();
      final Map<Hash32, byte[]> model = new HashMap<>();
      final int keySpace = 1 + random.nextInt(400);
      Child root = null;
      Child residentRoot = null;
      for (int version = 1; version <= 12; version++) {
        final StateDelta delta = randomDelta(random, keySpace, 1 + random.nextInt(80), model);
        final TreeUpdate update = tree.update(root, version, delta);
        nodes.apply(update);
        residentRoot = resident.update(residentRoot, version, delta).root();
        root = Child.decodeRoot(Child.encodeRoot(update.root()));
        assertThat(Child.rootHash(root))
            .as("seed %d version %d", seed, version)
            .isEqualTo(ReferenceRoot.of(model))
            .isEqualTo(Child.rootHash(residentRoot));
        assertThat(nodes.reachable(root)).as("seed %d", seed).isEqualTo(nodes.stored.keySet());
      }
      for (int i = 0; i < keySpace; i++) {
        final StateKey key = key(i);
        final Leaf leaf = tree.find(root, key);
        assertThat(leaf != null).isEqualTo(model.containsKey(key.raw()));
        final Leaf held = resident.find(residentRoot, key);
        assertThat(held == null ? null : held.value()).isEqualTo(model.get(key.raw()));
      }
    }
  }

  @Test
  void shouldCountGrowthAndReturnToTheEmptyRoot() {
    final MerkleTree tree = MerkleTree.resident();
    final TreeMap<StateKey, byte @Nullable []> all = new TreeMap<>();
    for (int i = 0; i < 500; i++) {
      all.put(key(i), new byte[] {1});
    }
    final TreeUpdate filled = tree.update(null, 1, StateDelta.of(all));
    assertThat(filled.grown()).isEqualTo(500);
    all.replaceAll((key, value) -> null);
    final TreeUpdate emptied = tree.update(filled.root(), 2, StateDelta.of(all));
    assertThat(emptied.grown()).isEqualTo(-500);
    assertThat(emptied.root()).isNull();
    assertThat(emptied.created()).isEmpty();
    assertThat(Child.rootHash(null)).isEqualTo(TreeHash.EMPTY);
  }

  @Test
  void shouldLeaveTheTreeAloneWhenNothingChanges() {
    final MerkleTree tree = MerkleTree.resident();
    final TreeMap<StateKey, byte @Nullable []> some = new TreeMap<>();
    for (int i = 0; i < 50; i++) {
      some.put(key(i), new byte[] {(byte) i});
    }
    final TreeUpdate first = tree.update(null, 1, StateDelta.of(some));
    some.put(key(1000), null);
    final TreeUpdate second = tree.update(first.root(), 2, StateDelta.of(some));
    assertThat(second.root()).isSameAs(first.root());
    assertThat(second.created()).isEmpty();
    assertThat(second.stale()).isEmpty();
  }

  @Test
  void shouldGiveTheSameNodesInTheSameOrderAtAnyNumberOfThreads() throws Exception {
    final Random random = new Random(3);
    final Map<Hash32, byte[]> model = new HashMap<>();
    final StateDelta first = randomDelta(random, 5000, 4000, model);
    final StateDelta second = randomDelta(random, 5000, 2000, model);
    List<TreeUpdate> expected = null;
    for (int threads = 0; threads <= 3; threads++) {
      final ExecutorService pool = threads == 0 ? null : Executors.newFixedThreadPool(threads);
      final Nodes nodes = new Nodes();
      final MerkleTree tree = MerkleTree.over(nodes, pool);
      final TreeUpdate one = tree.update(null, 1, first);
      nodes.apply(one);
      final TreeUpdate two = tree.update(one.root(), 2, second);
      nodes.apply(two);
      assertThat(Child.rootHash(two.root())).isEqualTo(ReferenceRoot.of(model));
      final List<TreeUpdate> result = List.of(one, two);
      if (expected != null) {
        for (int i = 0; i < 2; i++) {
          assertThat(keys(result.get(i))).isEqualTo(keys(expected.get(i)));
          assertThat(result.get(i).stale()).isEqualTo(expected.get(i).stale());
        }
      }
      expected = result;
      if (pool != null) {
        pool.close();
      }
    }
  }

  private static List<NodeKey> keys(TreeUpdate update) {
    final List<NodeKey> keys = new ArrayList<>();
    update.created().forEach(created -> keys.add(created.key()));
    return keys;
  }

  private static StateKey key(int i) {
    final byte[] raw = new byte[32];
    raw[0] = (byte) (i >>> 8);
    raw[31] = (byte) i;
    return new StateKey(Hash32.of(raw));
  }

  /** Random puts and deletions, applied to {@code model} too. */
  private static StateDelta randomDelta(
      Random random, int keySpace, int count, Map<Hash32, byte[]> model) {
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      final StateKey key = key(random.nextInt(keySpace));
      if (random.nextInt(3) == 0) {
        changes.put(key, null);
        model.remove(key.raw());
      } else {
        final byte[] value = new byte[random.nextInt(4) == 0 ? random.nextInt(200) : 8];
        random.nextBytes(value);
        changes.put(key, value);
        model.put(key.raw(), value);
      }
    }
    return StateDelta.of(changes);
  }
}
