package io.tidemill.executor;

import io.tidemill.state.Snapshot;

/**
 * What the transactions of a wave run on.
 *
 * @param wave as the executor of transactions sees it
 * @param state that the first of them meets, before the system entries of {@code wave}
 */
public record WaveBase(Wave wave, Snapshot state) {}
