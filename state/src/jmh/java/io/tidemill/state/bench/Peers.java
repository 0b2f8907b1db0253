package io.tidemill.state.bench;

import io.tidemill.state.StateDelta;
import java.nio.file.Path;
import java.security.Security;
import java.util.Random;
import java.util.function.BiConsumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.trie.MerklePatriciaTrie;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Roots of the same batches by other people's trees: {@code io.tmio:tuweni-merkle-trie}, in memory,
 * and the {@link VirtualMapPeer}. Ours works on one thread and in memory here.
 */
final class Peers {
  /** Few enough that the peers are filled within seconds. */
  private static final int KEYS = 100_000;

  private Peers() {}

  static void run(int rounds, int batch, Path directory, BiConsumer<String, Double> figure) {
    final TreeInMemory tree = new TreeInMemory();
    tree.fill(KEYS);
    Security.addProvider(new BouncyCastleProvider());
    final MerklePatriciaTrie<Bytes> trie = MerklePatriciaTrie.storingBytes();
    put(trie, Batches.load(0, KEYS));
    final Random random = new Random(4);
    final double[] ours = new double[rounds];
    final double[] tuweni = new double[rounds];
    final double[] swirlds = new double[rounds];
    try (VirtualMapPeer map = new VirtualMapPeer(directory.resolve("virtualmap"), KEYS)) {
      map.update(Batches.load(0, KEYS));
      for (int round = -3; round < rounds; round++) {
        final StateDelta delta = Batches.updates(random, KEYS, batch);
        final double seconds = tree.update(delta, null);
        final long start = System.nanoTime();
        put(trie, delta);
        final long middle = System.nanoTime();
        map.update(delta);
        final long end = System.nanoTime();
        if (round >= 0) {
          ours[round] = delta.size() / seconds;
          tuweni[round] = delta.size() * 1e9 / (middle - start);
          swirlds[round] = delta.size() * 1e9 / (end - middle);
        }
      }
    }
    figure.accept("peer_keys", (double) KEYS);
    figure.accept("peer_ours_updates_per_s", Batches.median(ours));
    figure.accept("peer_tuweni_updates_per_s", Batches.median(tuweni));
    figure.accept("peer_virtualmap_updates_per_s", Batches.median(swirlds));
    figure.accept("times_tuweni", Batches.median(ours) / Batches.median(tuweni));
    figure.accept("times_virtualmap", Batches.median(ours) / Batches.median(swirlds));
  }

  /** Puts every value and asks for the root, under the key hash so that both trees are balanced. */
  private static void put(MerklePatriciaTrie<Bytes> trie, StateDelta delta) {
    for (final StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      if (value != null) {
        try {
          trie.putAsync(Bytes.wrap(entry.key().keyHash().toBytes()), Bytes.wrap(value)).join();
        } catch (InterruptedException e) {
          throw new IllegalStateException("the peer failed", e);
        }
      }
    }
    trie.rootHash();
  }
}
