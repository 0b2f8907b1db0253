package io.tidemill.server.clients;

import static io.tidemill.server.clients.ClientVectors.hex;
import static io.tidemill.server.clients.ClientVectors.hexOrNull;
import static io.tidemill.server.clients.ClientVectors.row;

import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.state.proof.MerkleList;
import io.tidemill.state.proof.Proof;
import io.tidemill.state.proof.ProofVerifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Proofs of state keys and of list entries: true ones, and the same ones with one thing wrong. */
final class ProofRows {
  static final String DESCRIPTION =
      "Proofs. state: whether the proof shows that the state under the root holds the value under"
          + " the key, or nothing when the value is null. list: whether the leaf is record index of"
          + " count records under the root.";

  private final List<Map<String, @Nullable Object>> state = new ArrayList<>();
  private final List<Map<String, @Nullable Object>> list = new ArrayList<>();

  Map<String, List<Map<String, @Nullable Object>>> make() {
    tree(1, 2);
    tree(2, 2);
    tree(40, 6);
    for (int count : new int[] {1, 2, 3, 5, 8}) {
      records(count);
    }
    final Map<String, List<Map<String, @Nullable Object>>> sections = new LinkedHashMap<>();
    sections.put("state", state);
    sections.put("list", list);
    return sections;
  }

  /** A tree of {@code size} keys, and proofs of {@code samples} of them and of as many others. */
  private void tree(int size, int samples) {
    final TreeMap<StateKey, byte @Nullable []> entries = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      entries.put(key(i), i == 0 ? new byte[0] : ("value " + i).getBytes(StandardCharsets.UTF_8));
    }
    try (StateStore store = MemoryStateStore.create()) {
      final Proposal genesis = store.propose(StateDelta.of(entries));
      genesis.commit(new WaveArtifacts(new byte[0], Hash32.ZERO, List.of(), List.of(), List.of()));
      try (Snapshot snapshot = store.snapshot()) {
        for (int i = 0; i < Math.min(size, samples); i++) {
          proof(snapshot, key(i * size / samples), size + " keys, present");
        }
        for (int i = 0; i < samples; i++) {
          proof(snapshot, key(size + i), size + " keys, absent");
        }
      }
    }
  }

  private static StateKey key(int number) {
    return new StateKey(Blake3.hash(("key " + number).getBytes(StandardCharsets.UTF_8)));
  }

  private void proof(Snapshot snapshot, StateKey key, String what) {
    final Hash32 root = snapshot.root().blake3();
    final byte[] value = snapshot.get(key);
    final byte[] proof = snapshot.prove(key).encode();
    add(what, root, key.raw(), value, proof);
    add(what + ", other root", flip(root, 9), key.raw(), value, proof);
    add(what + ", other key", root, flip(key.raw(), 255), value, proof);
    add(what + ", claimed absent", root, key.raw(), null, proof);
    add(what + ", claimed value", root, key.raw(), new byte[] {1}, proof);
    add(what + ", trailing byte", root, key.raw(), value, Arrays.copyOf(proof, proof.length + 1));
    add(what + ", cut", root, key.raw(), value, Arrays.copyOf(proof, proof.length - 1));
    for (int at : new int[] {0, 1, 2, 3, 4, proof.length / 2, proof.length - 1}) {
      if (at < proof.length) {
        final byte[] bent = proof.clone();
        bent[at] ^= 1;
        add(what + ", byte " + at + " flipped", root, key.raw(), value, bent);
      }
    }
  }

  private void add(String what, Hash32 root, Hash32 key, byte @Nullable [] value, byte[] proof) {
    state.add(
        row(
            "what",
            what,
            "root",
            hex(root.toBytes()),
            "key",
            hex(key.toBytes()),
            "value",
            hexOrNull(value),
            "proof",
            hex(proof),
            "valid",
            holds(root, key, value, proof)));
  }

  private static boolean holds(Hash32 root, Hash32 key, byte @Nullable [] value, byte[] proof) {
    try {
      return ProofVerifier.verify(root, key, value, Proof.decode(proof));
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static Hash32 flip(Hash32 hash, int bit) {
    final byte[] bytes = hash.toBytes();
    bytes[bit / 8] ^= (byte) (0x80 >>> bit % 8);
    return Hash32.of(bytes);
  }

  private void records(int count) {
    final List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(("record " + i).getBytes(StandardCharsets.UTF_8));
    }
    final Hash32 root = MerkleList.root(records);
    for (int index : new int[] {0, count / 2, count - 1}) {
      final byte[] leaf = records.get(index);
      final List<Hash32> siblings = MerkleList.prove(records, index);
      entry("record " + index + " of " + count, root, count, index, leaf, siblings);
      entry("other root", flip(root, 7), count, index, leaf, siblings);
      entry("other leaf", root, count, index, new byte[] {7}, siblings);
      entry("other index", root, count, index + 1, leaf, siblings);
      entry("beyond the end", root, count, count, leaf, siblings);
      entry("doubled count", root, 2 * count, index, leaf, siblings);
      final List<Hash32> more = new ArrayList<>(siblings);
      more.add(Hash32.ZERO);
      entry("one sibling more", root, count, index, leaf, more);
      if (!siblings.isEmpty()) {
        entry("one sibling less", root, count, index, leaf, siblings.subList(1, siblings.size()));
        more.removeLast();
        more.set(0, flip(more.getFirst(), 0));
        entry("other sibling", root, count, index, leaf, more);
      }
    }
  }

  private void entry(
      String what, Hash32 root, int count, int index, byte[] leaf, List<Hash32> siblings) {
    list.add(
        row(
            "what",
            what,
            "root",
            hex(root.toBytes()),
            "count",
            count,
            "index",
            index,
            "leaf",
            hex(leaf),
            "siblings",
            siblings.stream().map(sibling -> hex(sibling.toBytes())).toList(),
            "valid",
            MerkleList.verify(root, count, index, leaf, siblings)));
  }
}
