package io.tidemill.executor;

import io.tidemill.executor.overlay.MultiVersionMemory.Attempt;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A finished attempt of one transaction.
 *
 * @param receipt null when the attempt failed
 * @param error why it failed, else null; counts only when the reads turn out true
 * @param codes the wasm it staged
 * @param messages the messages it queued
 */
record Ran(
    Attempt attempt,
    @Nullable SettledReceipt receipt,
    @Nullable RuntimeException error,
    SortedMap<Hash32, byte[]> codes,
    List<ParachainMessage> messages) {}
