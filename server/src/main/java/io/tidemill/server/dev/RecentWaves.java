package io.tidemill.server.dev;

import io.tidemill.state.hash.Hash32;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest waves with their transactions, for traces. Guarded by the sequencer. */
final class RecentWaves {
  private static final int MAX_WAVES = 4_096;
  private static final long MAX_BYTES = 256L << 20;

  private final Deque<Mined> waves = new ArrayDeque<>();
  private final Map<Hash32, Mined.Place> places = new HashMap<>();
  private long bytes;

  void add(Mined mined) {
    waves.add(mined);
    bytes += mined.size();
    for (int i = 0; i < mined.entries().size(); i++) {
      if (mined.outcome().receipts().get(i).getNonceConsumed()) {
        places.put(mined.entries().get(i).hash(), new Mined.Place(mined, i));
      }
    }
    while (waves.size() > MAX_WAVES || (bytes > MAX_BYTES && waves.size() > 1)) {
      forget(waves.remove());
    }
  }

  /** Where the transaction with this hash is, or null. */
  Mined.@Nullable Place find(Hash32 hash) {
    return places.get(hash);
  }

  /** Waves above {@code wave} were undone. */
  void forgetAbove(long wave) {
    while (!waves.isEmpty() && waves.getLast().wave() > wave) {
      forget(waves.removeLast());
    }
  }

  private void forget(Mined mined) {
    bytes -= mined.size();
    for (Mined.Entry entry : mined.entries()) {
      final Mined.Place place = places.get(entry.hash());
      if (place != null && place.mined().wave() == mined.wave()) {
        places.remove(entry.hash());
      }
    }
  }
}
