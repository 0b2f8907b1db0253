package io.tidemill.executor;

import io.tidemill.executor.tx.Address;
import io.tidemill.state.hash.Hash32;

/** An asynchronous message that a parachain contract queued. Source: host-abi 2.13. */
public record ParachainMessage(
    long callId,
    Address sender,
    Hash32 target,
    byte[] payload,
    byte[] callback,
    long maxCallbackGas,
    long timeoutWaves) {}
