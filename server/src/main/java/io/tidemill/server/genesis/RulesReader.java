package io.tidemill.server.genesis;

import io.tidemill.executor.Rules;
import java.util.Arrays;
import java.util.Locale;

/** One entry of {@code rules}: what is not named stays as it was before. */
final class RulesReader {
  private RulesReader() {}

  static Rules read(Section section, Rules before) {
    return new Rules(
        section.has("version") ? section.small("version") : before.version(),
        before.chainId(),
        choice(section, "profile", Rules.Profile.class, before.profile()),
        choice(section, "floats", Rules.Floats.class, before.floats()),
        choice(section, "signatures", Rules.Signatures.class, before.signatures()),
        before.execution(),
        gas(section, before.gas()),
        fees(section, before.fees()),
        lifecycle(section, before.lifecycle()),
        staking(section, before.staking()),
        before.nativeGas(),
        before.rewards(),
        slashing(section, before.slashing()),
        commitReveal(section, before.commitReveal()),
        before.wasmLimits(),
        before.fuelSchedule());
  }

  private static Rules.Gas gas(Section section, Rules.Gas old) {
    return new Rules.Gas(
        old.fuelPerGas(),
        old.minGasLimit(),
        old.maxGasLimit(),
        old.intrinsic(),
        old.deployBase(),
        old.deployPerByte(),
        choice(section, "host_prices", Rules.HostPrices.class, old.hostPrices()),
        section.has("new_slot_surcharge")
            ? section.number("new_slot_surcharge")
            : old.newSlotSurcharge(),
        old.paymasterGas(),
        section.has("wave_gas_limit") ? section.number("wave_gas_limit") : old.waveGasLimit(),
        old.maxDataBytes(),
        old.maxTransactionBytes(),
        old.maxDeployWasmBytes());
  }

  private static Rules.Fees fees(Section section, Rules.Fees old) {
    return new Rules.Fees(
        section.has("gas_target") ? section.number("gas_target") : old.gasTarget(),
        old.baseFeeDivisor(),
        section.has("min_base_fee") ? section.amount("min_base_fee") : old.minBaseFee(),
        section.has("burn_bps") ? section.small("burn_bps") : old.burnBps(),
        section.has("reward_bps") ? section.small("reward_bps") : old.rewardBps());
  }

  private static Rules.Lifecycle lifecycle(Section section, Rules.Lifecycle old) {
    return new Rules.Lifecycle(
        section.has("registration_fee")
            ? section.amount("registration_fee")
            : old.registrationFee(),
        section.has("owner_deposit") ? section.amount("owner_deposit") : old.ownerDeposit(),
        section.has("upgrade_grace_waves")
            ? section.number("upgrade_grace_waves")
            : old.upgradeGraceWaves());
  }

  private static Rules.Staking staking(Section section, Rules.Staking old) {
    return new Rules.Staking(
        section.has("epoch_length_waves")
            ? section.number("epoch_length_waves")
            : old.epochLengthWaves(),
        section.has("min_stake") ? section.amount("min_stake") : old.minStake(),
        section.has("operator_cap") ? section.small("operator_cap") : old.operatorCap(),
        section.has("unbonding_waves") ? section.number("unbonding_waves") : old.unbondingWaves(),
        section.has("unjail_fee") ? section.amount("unjail_fee") : old.unjailFee());
  }

  private static Rules.Slashing slashing(Section section, Rules.Slashing old) {
    return new Rules.Slashing(
        section.has("dispute_window_epochs")
            ? section.number("dispute_window_epochs")
            : old.disputeWindowEpochs(),
        old.offenses(),
        old.burnBps(),
        old.treasuryBps(),
        old.correlationDivisor(),
        old.graceBps(),
        old.reportsPerEpoch(),
        old.safetyFreshnessEpochs(),
        old.livenessFreshnessEpochs());
  }

  private static Rules.CommitReveal commitReveal(Section section, Rules.CommitReveal old) {
    return new Rules.CommitReveal(
        section.has("reveal_window_waves")
            ? section.number("reveal_window_waves")
            : old.windowWaves(),
        old.minBond(),
        old.bondBps());
  }

  private static <T extends Enum<T>> T choice(
      Section section, String name, Class<T> type, T before) {
    if (!section.has(name)) {
      return before;
    }
    final String word = section.text(name);
    for (T constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(word)) {
        return constant;
      }
    }
    throw new ChainFileException(
        "rules: "
            + name
            + " is "
            + word
            + ", expected one of "
            + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }
}
