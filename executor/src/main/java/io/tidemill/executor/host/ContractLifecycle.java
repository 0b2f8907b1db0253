package io.tidemill.executor.host;

import io.tidemill.executor.Rules;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * What happens to a contract's code besides running it: the gate that a module passes, and the
 * owner's upgrades. Source: host-abi 8, decisions S4.
 */
public interface ContractLifecycle {
  /**
   * One violated rule of the deploy gate.
   *
   * @param row the row of host-abi 8
   * @param code the number of its reject code
   * @param rule its stable name
   * @param text what is wrong and where
   */
  record Violation(int row, int code, String rule, String text) {}

  /**
   * What the gate says about a module.
   *
   * @param codeHash Blake3 of the bytes
   * @param address where the name would deploy it
   * @param gas what a deploy costs before the constructor runs
   * @param violations all violated rules in the order of the gate; empty when it may be deployed
   */
  record Report(Hash32 codeHash, Address address, long gas, List<Violation> violations) {
    public Report {
      violations = List.copyOf(violations);
    }
  }

  /**
   * Checks a module without any state: rows 5 and 7 to 25. Compiles it when it passes, so that the
   * cache is warm.
   */
  Report check(Rules rules, String name, byte[] wasm, int contractType);

  /**
   * An owner asks for new code.
   *
   * @param governed a treasury multisig payload asks, which alone may upgrade a parachain module
   */
  record Upgrade(Address sender, Address contract, byte[] wasm, long gasLimit, boolean governed) {}

  /** Gates and schedules new code; priced as a deploy. Fuel used is the whole gas. */
  Result scheduleUpgrade(Scope scope, Upgrade upgrade);

  /** Forgets the pending code. Costs nothing by itself. */
  Result cancelUpgrade(Scope scope, Address sender, Address contract, boolean governed);

  /** Gives the contract to another owner. Costs nothing by itself. */
  Result transferOwnership(Scope scope, Address sender, Address contract, Address newOwner);

  /** Moves the owner's deposit to {@code treasury}; for treasury multisig payloads only. */
  Result forfeitDeposit(Scope scope, Address contract, Address treasury);

  /** What a deploy costs its sender beside gas: the registration fee and the deposit. */
  static U128 deployFunds(Rules rules) {
    return rules.lifecycle().registrationFee().plus(rules.lifecycle().ownerDeposit());
  }
}
