package io.tidemill.executor.host;

import io.tidemill.executor.Rules;

/** Rules that differ in one thing. */
public final class TestRules {
  private TestRules() {}

  public static Rules withGas(Rules rules, Rules.Gas gas) {
    return with(rules, rules.profile(), gas, rules.execution());
  }

  public static Rules withProfile(Rules rules, Rules.Profile profile) {
    return with(rules, profile, rules.gas(), rules.execution());
  }

  public static Rules withExecution(Rules rules, Rules.Execution execution) {
    return with(rules, rules.profile(), rules.gas(), execution);
  }

  private static Rules with(
      Rules rules, Rules.Profile profile, Rules.Gas gas, Rules.Execution execution) {
    return new Rules(
        rules.version(),
        rules.chainId(),
        profile,
        rules.floats(),
        rules.signatures(),
        execution,
        gas,
        rules.fees(),
        rules.lifecycle(),
        rules.staking(),
        rules.nativeGas(),
        rules.rewards(),
        rules.slashing(),
        rules.commitReveal(),
        rules.wasmLimits(),
        rules.fuelSchedule());
  }
}
