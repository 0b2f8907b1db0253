package io.tidemill.executor;

import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;

/** The chain that is compared with the model: its rules and what its contracts are. */
final class ModelRules {
  private ModelRules() {}

  /**
   * Epochs of ten waves, short unbonding, disputes and windows: everything ends within the test.
   */
  static Rules rules() {
    final Rules rules = Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    return new Rules(
        rules.version(),
        rules.chainId(),
        rules.profile(),
        rules.floats(),
        rules.signatures(),
        rules.execution(),
        rules.gas(),
        rules.fees(),
        rules.lifecycle(),
        new Rules.Staking(
            ValidatorModel.EPOCH,
            rules.staking().minStake(),
            rules.staking().operatorCap(),
            ValidatorModel.UNBONDING,
            rules.staking().unjailFee()),
        rules.nativeGas(),
        rules.rewards(),
        new Rules.Slashing(
            ValidatorModel.DISPUTE_EPOCHS,
            rules.slashing().offenses(),
            rules.slashing().burnBps(),
            rules.slashing().treasuryBps(),
            rules.slashing().correlationDivisor(),
            rules.slashing().graceBps(),
            rules.slashing().reportsPerEpoch(),
            rules.slashing().safetyFreshnessEpochs(),
            rules.slashing().livenessFreshnessEpochs()),
        new Rules.CommitReveal(
            NativeModel.WINDOW, rules.commitReveal().minBond(), rules.commitReveal().bondBps()),
        rules.wasmLimits(),
        rules.fuelSchedule());
  }

  /** Calls go to the fake contracts; deploys and upgrades to the real gate with real modules. */
  static ExecutorParts parts() {
    final Engine engine = new ChicoryEngine();
    final WasmContractRuntimes real = new WasmContractRuntimes(engine, engine);
    final FakeContracts fake = new FakeContracts();
    final ContractRuntimes both =
        new ContractRuntimes() {
          @Override
          public ContractRuntime runtime(Rules rules, boolean reference) {
            final ContractRuntime deploys = real.runtime(rules, reference);
            return new ContractRuntime() {
              @Override
              public Result call(Scope scope, Call call) {
                return fake.call(scope, call);
              }

              @Override
              public Result deploy(Scope scope, Deploy deploy) {
                return deploys.deploy(scope, deploy);
              }

              @Override
              public int attributes(Scope scope, Address target, String function, boolean bare) {
                return fake.attributes(scope, target, function, bare);
              }
            };
          }

          @Override
          public ContractLifecycle lifecycle(Rules rules, boolean reference) {
            return real.lifecycle(rules, reference);
          }
        };
    return new ExecutorParts(ChainSpecification.always(rules()), both, ModelBytes::verify);
  }
}
