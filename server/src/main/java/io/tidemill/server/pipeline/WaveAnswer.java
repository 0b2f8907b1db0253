package io.tidemill.server.pipeline;

import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.WaveResult.Totals;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a wave amounts to: the same for the first answer and for every later one.
 *
 * @param timestamp of the wave's context, seconds
 * @param receipts one per transaction, in order
 * @param delta what changed, or null when this node does not keep it any more
 * @param changedKeys the number of entries of the delta
 * @param record the Borsh wave commit record
 */
public record WaveAnswer(
    long wave,
    long timestamp,
    StateRoot root,
    Hash32 contentHash,
    Hash32 rulesHash,
    Hash32 eventsRoot,
    byte[] eventsBloom,
    int eventsCount,
    Hash32 receiptsDigest,
    Totals totals,
    U128 nextBaseFee,
    List<ParachainMessage> messages,
    List<Receipt> receipts,
    @Nullable StateDelta delta,
    int changedKeys,
    byte[] record) {}
