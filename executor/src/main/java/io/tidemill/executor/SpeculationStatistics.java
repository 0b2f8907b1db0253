package io.tidemill.executor;

import io.tidemill.state.StateKey;
import java.util.Map;

/**
 * What a wave cost on several workers, for tuning; never part of a result and different from run to
 * run.
 *
 * @param transactions in the wave
 * @param attempts how often a transaction was run, at least once each
 * @param aborts attempts that had read what was no longer so
 * @param depth the longest chain the schedule expected
 * @param conflicts by key, how many aborts its stale read caused
 */
public record SpeculationStatistics(
    int transactions, int attempts, int aborts, int depth, Map<StateKey, Integer> conflicts) {}
