package io.tidemill.state.bench;

import io.tidemill.state.StateDelta;
import java.security.Security;
import java.util.Random;
import java.util.function.BiConsumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.trie.MerklePatriciaTrie;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Roots of the same batches by other people's trees, in memory.
 *
 * <p>{@code io.tmio:tuweni-merkle-trie} is the peer. {@code
 * com.hedera.hashgraph:swirlds-virtualmap} resolves only without {@code
 * org.hyperledger.besu:secp256k1}, which Maven Central does not have, and then has no data source
 * to run on: MerkleDb is not there either.
 */
final class Peers {
  /** Few enough that the peer is filled within seconds. */
  private static final int KEYS = 100_000;

  private Peers() {}

  static void run(int rounds, int batch, BiConsumer<String, Double> figure) {
    final TreeInMemory tree = new TreeInMemory();
    tree.fill(KEYS);
    Security.addProvider(new BouncyCastleProvider());
    final MerklePatriciaTrie<Bytes> trie = MerklePatriciaTrie.storingBytes();
    put(trie, Batches.load(0, KEYS));
    final Random random = new Random(4);
    final double[] ours = new double[rounds];
    final double[] theirs = new double[rounds];
    for (int round = -3; round < rounds; round++) {
      final StateDelta delta = Batches.updates(random, KEYS, batch);
      final double seconds = tree.update(delta, null);
      final long start = System.nanoTime();
      put(trie, delta);
      if (round >= 0) {
        ours[round] = delta.size() / seconds;
        theirs[round] = delta.size() * 1e9 / (System.nanoTime() - start);
      }
    }
    figure.accept("peer_keys", (double) KEYS);
    figure.accept("peer_ours_updates_per_s", Batches.median(ours));
    figure.accept("peer_tuweni_updates_per_s", Batches.median(theirs));
    figure.accept("times_tuweni", Batches.median(ours) / Batches.median(theirs));
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
