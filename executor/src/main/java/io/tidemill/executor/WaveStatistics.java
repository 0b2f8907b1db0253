package io.tidemill.executor;

import io.tidemill.state.StateKey;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What it cost to execute a wave, for tuning; never part of its result and different from run to
 * run.
 *
 * @param workers how many took part
 * @param transactions in the wave
 * @param attempts how often a transaction was run, at least once each
 * @param aborts attempts that had read what was no longer so
 * @param depth the longest chain of transactions that the schedule expected; 0 without a schedule
 * @param idleNanos how long workers had nothing to do, summed over all of them; 0 without a clock
 * @param conflicts by key, how many aborts its stale read caused
 */
public record WaveStatistics(
    int workers,
    int transactions,
    int attempts,
    int aborts,
    int depth,
    long idleNanos,
    NavigableMap<StateKey, Integer> conflicts) {
  public WaveStatistics {
    conflicts = Collections.unmodifiableNavigableMap(new TreeMap<>(conflicts));
  }

  /** What one worker costs that runs one transaction after the other. */
  public static WaveStatistics serial(int transactions) {
    return new WaveStatistics(1, transactions, transactions, 0, 0, 0, new TreeMap<>(Map.of()));
  }
}
