package io.tidemill.state.rocks;

import java.util.List;

/**
 * What {@link RocksStateStore#verify} looked at and found.
 *
 * @param wave the wave that was verified, or -1
 * @param keys values that were compared with the leaves of the tree
 * @param nodes tree nodes that were hashed
 * @param waves wave rows that were read
 * @param receipts receipts that were read, with their index rows
 * @param events events that were read, with their index rows
 * @param codes modules that were hashed
 * @param problems what is wrong, at most a hundred lines; empty when all is well
 */
public record VerifyReport(
    long wave,
    long keys,
    long nodes,
    long waves,
    long receipts,
    long events,
    long codes,
    List<String> problems) {
  /** Whether nothing is wrong. */
  public boolean isSound() {
    return problems.isEmpty();
  }
}
