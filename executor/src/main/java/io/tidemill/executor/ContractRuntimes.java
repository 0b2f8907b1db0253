package io.tidemill.executor;

import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;

/**
 * Where the contract side of a set of rules comes from. Implementations keep what they built, so
 * that asking for the same rules again is cheap. Safe for use by many threads.
 */
public interface ContractRuntimes {
  /**
   * What runs contracts under {@code rules}.
   *
   * @param reference whether on the reference interpreter, after the guard stopped an attempt
   */
  ContractRuntime runtime(Rules rules, boolean reference);

  /** What gates and upgrades contracts under {@code rules}. */
  ContractLifecycle lifecycle(Rules rules, boolean reference);
}
