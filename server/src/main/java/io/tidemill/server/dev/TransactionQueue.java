package io.tidemill.server.dev;

import io.tidemill.executor.tx.Address;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Transactions that wait for a wave, in order. Guarded by the sequencer. */
final class TransactionQueue {
  private final Deque<Mined.Entry> entries = new ArrayDeque<>();
  private final Map<Address, Set<Long>> nonces = new HashMap<>();

  void add(Mined.Entry entry) {
    entries.add(entry);
    nonces
        .computeIfAbsent(entry.transaction().from(), sender -> new HashSet<>())
        .add(entry.transaction().nonce());
  }

  int size() {
    return entries.size();
  }

  /** Takes the first transactions, at least one, as far as {@code gas} is enough for them. */
  List<Mined.Entry> take(BigInteger gas) {
    final List<Mined.Entry> taken = new ArrayList<>();
    BigInteger sum = BigInteger.ZERO;
    for (Mined.Entry entry : entries) {
      sum = sum.add(new BigInteger(Long.toUnsignedString(entry.transaction().gasLimit())));
      if (!taken.isEmpty() && sum.compareTo(gas) > 0) {
        break;
      }
      taken.add(entry);
    }
    for (Mined.Entry entry : taken) {
      entries.remove();
      final Set<Long> left = nonces.get(entry.transaction().from());
      if (left != null && left.remove(entry.transaction().nonce()) && left.isEmpty()) {
        nonces.remove(entry.transaction().from());
      }
    }
    return taken;
  }

  /** Forgets everything; how much that was. */
  int clear() {
    final int dropped = entries.size();
    entries.clear();
    nonces.clear();
    return dropped;
  }

  /**
   * The first nonce of {@code sender} that nothing uses.
   *
   * @param base the first that the state allows
   * @param used a bit for each nonce from there that the state has seen already
   */
  long firstFree(Address sender, long base, int used) {
    final Set<Long> waiting = nonces.getOrDefault(sender, Set.of());
    long nonce = base;
    while ((nonce - base < Integer.SIZE && ((used >>> (nonce - base)) & 1) != 0)
        || waiting.contains(nonce)) {
      nonce++;
    }
    return nonce;
  }
}
