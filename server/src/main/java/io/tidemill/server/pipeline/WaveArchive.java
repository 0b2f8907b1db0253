package io.tidemill.server.pipeline;

import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.WaveArtifacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers of executed waves: how they are made, stored with the wave and read again, so that a
 * duplicate gets the same bytes.
 *
 * <p>The newest answers stay in memory with their deltas; older ones are read from the store,
 * without.
 */
public final class WaveArchive {
  /** Answers that are kept in memory, as long as their deltas have few keys. */
  private static final int RECENT_WAVES = 4;

  private static final int RECENT_KEYS = 400_000;

  private final long retainWaves;

  /** Guarded by this; oldest first. */
  private final LinkedHashMap<Long, WaveAnswer> recent = new LinkedHashMap<>();

  private volatile long newestTimestamp;

  /** An empty archive; {@code retainWaves} is how far back a rollback may go. */
  public WaveArchive(long retainWaves) {
    this.retainWaves = retainWaves;
  }

  /** Learns where the chain stands; call it once before the first wave. */
  public void open(StateStore store, Head head) {
    newestTimestamp = timestamp(store, head.wave());
  }

  private long timestamp(StateStore store, long wave) {
    final WaveRecord record = record(store, wave);
    return record == null ? 0 : record.context().timestamp();
  }

  /**
   * Refuses a wave that is older than its parent.
   *
   * @param parent the context of the parent, or null for the newest committed wave
   */
  void checkTimestamp(WaveContext context, @Nullable WaveContext parent) {
    final long before = parent == null ? newestTimestamp : parent.timestamp();
    if (Long.compareUnsigned(context.timestamp(), before) < 0) {
      throw Refusal.field(
          "header.context.timestamp",
          Long.toUnsignedString(context.timestamp())
              + " is before the parent's "
              + Long.toUnsignedString(before));
    }
  }

  /** The answer of a wave that was executed just now. */
  WaveAnswer answer(WaveResult result, StateRoot root) {
    final WaveRecord record = result.record(root);
    return new WaveAnswer(
        record,
        record.encode(),
        result.messages(),
        result.receipts(),
        result.encodedReceipts(),
        result.delta(),
        result.delta().size(),
        result.statistics());
  }

  /** What is stored with the wave. */
  WaveArtifacts artifacts(WaveAnswer answer, WaveResult result) {
    return result.artifacts(AnswerLayout.encode(answer));
  }

  /** The wave is durable. */
  void committed(WaveAnswer answer) {
    newestTimestamp = answer.record().context().timestamp();
    synchronized (this) {
      recent.put(answer.wave(), answer);
      long keys = recent.values().stream().mapToLong(WaveAnswer::changedKeys).sum();
      while (recent.size() > 1 && (recent.size() > RECENT_WAVES || keys > RECENT_KEYS)) {
        final Map.Entry<Long, WaveAnswer> eldest = recent.pollFirstEntry();
        keys -= eldest.getValue().changedKeys();
      }
    }
  }

  /** Waves above {@code wave} are undone. */
  void rolledBack(StateStore store, long wave) {
    synchronized (this) {
      recent.keySet().removeIf(known -> Long.compareUnsigned(known, wave) > 0);
    }
    newestTimestamp = timestamp(store, wave);
  }

  /** The record of a committed wave, or null when it is not retained or the genesis. */
  @Nullable WaveRecord record(StateStore store, long wave) {
    synchronized (this) {
      final WaveAnswer known = recent.get(wave);
      if (known != null) {
        return known.record();
      }
    }
    final byte[] stored = wave == 0 ? null : store.waveRecord(wave);
    return stored == null ? null : decode(wave, stored, List.of()).record();
  }

  /**
   * The answer of a committed wave, or null when it is not retained; older answers have no delta.
   *
   * @throws StateException if what is stored is not an answer
   */
  public @Nullable WaveAnswer read(StateStore store, long wave) {
    synchronized (this) {
      final WaveAnswer known = recent.get(wave);
      if (known != null) {
        return known;
      }
    }
    final byte[] stored = store.waveRecord(wave);
    final List<byte[]> receiptBytes = store.receipts(wave);
    if (wave == 0 || stored == null || receiptBytes == null) {
      return null;
    }
    return decode(wave, stored, receiptBytes);
  }

  private static WaveAnswer decode(long wave, byte[] stored, List<byte[]> receiptBytes) {
    try {
      return AnswerLayout.decode(stored, receiptBytes);
    } catch (BorshException e) {
      throw new StateException("the stored answer of wave " + wave + " is corrupt", e);
    }
  }

  /** The oldest wave a rollback may end at. */
  long oldestRollback(StateStore store, Head head) {
    return Math.max(store.oldestWave(), head.wave() - retainWaves);
  }

  static Refusal pruned(StateStore store, long wave) {
    return Refusal.of(
        Reason.WAVE_PRUNED,
        "wave",
        Long.toUnsignedString(wave),
        "oldest_wave",
        Math.max(1, store.oldestWave()));
  }
}
