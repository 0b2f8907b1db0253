package io.tidemill.server.pipeline;

import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.WaveStatistics;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateRoot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a wave amounts to: the same for the first answer and for every later one.
 *
 * @param record the wave commit record
 * @param recordBytes its Borsh bytes
 * @param messages queued for other parachains, in order
 * @param receipts one per transaction, in order
 * @param encodedReceipts the same as they are stored
 * @param delta what changed, or null when this node does not keep it any more
 * @param changedKeys the number of entries of the delta
 * @param statistics what its execution cost, while this node remembers it
 */
public record WaveAnswer(
    WaveRecord record,
    byte[] recordBytes,
    List<ParachainMessage> messages,
    List<Receipt> receipts,
    List<byte[]> encodedReceipts,
    @Nullable StateDelta delta,
    int changedKeys,
    @Nullable WaveStatistics statistics) {
  /** The same with what changed. */
  WaveAnswer with(@Nullable StateDelta changes) {
    return new WaveAnswer(
        record, recordBytes, messages, receipts, encodedReceipts, changes, changedKeys, statistics);
  }

  /** The wave. */
  public long wave() {
    return record.context().waveId();
  }

  /** The state root after it. */
  public StateRoot root() {
    return record.stateRoot();
  }
}
