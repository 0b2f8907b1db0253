package io.tidemill.executor;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;

/**
 * All that the outside says about a wave. Source: state-and-transactions 4.3.
 *
 * @param waveId 1 for the first wave after genesis
 * @param timestamp seconds since the epoch, not below the parent's
 * @param beacon opaque randomness
 * @param baseFee quanta per gas, fixed for the wave
 * @param chainId must be the chain's
 * @param epoch supplied by the client, or waveId / epoch length
 * @param anchorMemberId whose anchor committed the wave; for the reward tally
 */
public record WaveContext(
    long waveId,
    long timestamp,
    Hash32 beacon,
    U128 baseFee,
    long chainId,
    long epoch,
    int anchorMemberId) {}
