package io.tidemill.executor;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.WasmLimits;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * Every consensus constant. {@code rules_hash} is Blake3 over its Borsh encoding (decisions O3), so
 * that two nodes that differ in one of them never agree by accident.
 */
public record Rules(
    int version,
    long chainId,
    Profile profile,
    Floats floats,
    Signatures signatures,
    Execution execution,
    Gas gas,
    Fees fees,
    Lifecycle lifecycle,
    Staking staking,
    NativeGas nativeGas,
    Rewards rewards,
    Slashing slashing,
    CommitReveal commitReveal,
    WasmLimits wasmLimits,
    FuelSchedule fuelSchedule) {

  /** Which imports link and which exports are entries. Source: profiles. */
  public enum Profile {
    PYDE,
    SSHI,
    AETHER
  }

  /** Decisions W2. */
  public enum Floats {
    CANONICALISE,
    DENY
  }

  /** Decisions S2. */
  public enum Signatures {
    VERIFY,
    TRUSTED
  }

  /** Bounds of execution. Sources: decisions W5 to W7, F8; host-abi appendix A. */
  public record Execution(
      int maxCallDepth,
      long maxTransactionMemoryBytes,
      int maxWasmFrames,
      int maxStackSlots,
      int maxStorageValueBytes,
      int maxEventDataBytes,
      int maxTopics,
      int maxReturnDataBytes,
      int maxHashInputBytes,
      int maxFalconMessageBytes,
      int maxInitCalldataBytes,
      int maxInstantiatesPerTransaction,
      int maxParachainMessagesPerWave,
      int maxFunctionNameBytes,
      int maxTypedKeyBytes,
      int maxParachainKeyBytes,
      int maxAbiVersion,
      long viewFuelCap,
      long viewFuelPerTransaction,
      boolean strictViews) {
    public static final Execution DEFAULT =
        new Execution(
            1_024,
            256L << 20,
            4_096,
            262_144,
            16_384,
            8_192,
            4,
            16_384,
            1 << 20,
            65_536,
            16_384,
            64,
            64,
            64,
            256,
            1_024,
            0x00010003,
            10_000_000L,
            100_000_000L,
            true);
  }

  /** Which price list of host functions a chain uses. The byte is the ordinal. Decisions F5. */
  public enum HostPrices {
    /** Section 10 of the public ABI, with the surcharge on new slots. */
    ABI,
    /** Chapter 10 of the public book. */
    CHAPTER_10
  }

  /** Prices and bounds of whole transactions. Sources: decisions F1, F4, F8, S3. */
  public record Gas(
      long fuelPerGas,
      long minGasLimit,
      long maxGasLimit,
      long intrinsic,
      long deployBase,
      long deployPerByte,
      HostPrices hostPrices,
      long newSlotSurcharge,
      long paymasterGas,
      long waveGasLimit,
      int maxDataBytes,
      int maxTransactionBytes,
      int maxDeployWasmBytes) {
    public static final Gas DEFAULT =
        new Gas(
            1,
            21_000,
            1_600_000_000L,
            21_000,
            32_000,
            200,
            HostPrices.ABI,
            1_000,
            100_000,
            4 * 1_600_000_000L,
            65_536,
            131_072,
            1 << 20);
  }

  /** Where fees go and how the base fee moves. Sources: decisions F9; state-and-transactions 6. */
  public record Fees(
      long gasTarget, long baseFeeDivisor, U128 minBaseFee, int burnBps, int rewardBps) {
    public static final Fees DEFAULT = new Fees(400_000_000L, 8, U128.of(1), 3_000, 5_000);
  }

  /** Registration, deposit and upgrade. Source: decisions S4. */
  public record Lifecycle(U128 registrationFee, U128 ownerDeposit, long upgradeGraceWaves) {
    public static final Lifecycle MAINNET = new Lifecycle(U128.ZERO, U128.ZERO, 172_800);
    public static final Lifecycle DEV = new Lifecycle(U128.of(1_000), U128.of(10_000), 10);
  }

  /** Validators and epochs. Source: state-and-transactions 1.10. */
  public record Staking(
      long epochLengthWaves, U128 minStake, int operatorCap, long unbondingWaves, U128 unjailFee) {
    public static final Staking DEFAULT =
        new Staking(21_600, U128.of(10_000_000_000_000L), 3, 5_184_000, U128.of(10_000_000_000L));
  }

  /** Gas of native transactions that does not equal the intrinsic gas. Source: 1.2, 1.11, 1.13. */
  public record NativeGas(
      long multisig,
      long rotateMultisig,
      long emergency,
      long perSignature,
      long perNewSigner,
      long claimAirdrop,
      long perProofLevel,
      long sweepAirdrop) {
    public static final NativeGas DEFAULT =
        new NativeGas(50_000, 60_000, 40_000, 50_000, 10_000, 30_000, 5_000, 40_000);
  }

  /** The distributor at epoch boundaries. Source: state-and-transactions 1.15. */
  public record Rewards(U128 wagePerSeat, U128 maxMintPerEpoch, int flatBps) {
    public static final Rewards DEFAULT =
        new Rewards(U128.of(13_698_630_136L), U128.of(3_424_657_534_246L), 5_000);
  }

  /**
   * What offenses cost. Source: state-and-transactions 1.12.
   *
   * @param disputeWindowEpochs epochs that a reduction waits in escrow
   * @param offenses by offense number minus one
   * @param burnBps burnt share of a slash that rewards its reporter
   * @param treasuryBps treasury share of it; the reporter takes the rest
   * @param correlationDivisor k other offenders multiply a safety slash by 1 + k / this, at most 2
   * @param graceBps share of the slash in a validator's first epoch
   * @param reportsPerEpoch evidence transactions that one reporter may send in an epoch
   * @param safetyFreshnessEpochs how old evidence of a safety offense may be
   * @param livenessFreshnessEpochs how old evidence of a liveness offense may be
   */
  public record Slashing(
      long disputeWindowEpochs,
      List<Offense> offenses,
      int burnBps,
      int treasuryBps,
      int correlationDivisor,
      int graceBps,
      int reportsPerEpoch,
      long safetyFreshnessEpochs,
      long livenessFreshnessEpochs) {
    /**
     * One row of the table.
     *
     * @param firstBps share of the stake for the first offense
     * @param maxBps the most that repetition and correlation make of it
     * @param jailEpochs how long the validator is jailed; 0 not at all
     * @param safety whether two signed messages prove it and its reporter is rewarded
     */
    public record Offense(int firstBps, int maxBps, long jailEpochs, boolean safety) {}

    public static final Slashing DEFAULT =
        new Slashing(
            8,
            List.of(
                new Offense(1_000, 5_000, 1, true),
                new Offense(1_000, 5_000, 1, true),
                new Offense(500, 2_000, 1, true),
                new Offense(500, 3_000, 1, false),
                new Offense(5, 1_000, 1, false),
                new Offense(200, 500, 0, false)),
            5_000,
            3_000,
            42,
            5_000,
            5,
            168,
            1);

    public Slashing {
      offenses = List.copyOf(offenses);
    }
  }

  /**
   * Commit and reveal. Source: state-and-transactions 1.14.
   *
   * @param windowWaves a commitment opens in the waves after its own, at most so many later
   * @param minBond the least bond
   * @param bondBps the share of the value ceiling that the bond is at least
   */
  public record CommitReveal(long windowWaves, U128 minBond, int bondBps) {
    public static final CommitReveal DEFAULT = new CommitReveal(120, U128.of(1_000_000_000L), 100);
  }

  /** The same rules with another import profile; {@code sshi} refuses floats. Source: profiles. */
  public Rules withProfile(Profile other) {
    return new Rules(
        version,
        chainId,
        other,
        other == Profile.SSHI ? Floats.DENY : floats,
        signatures,
        execution,
        gas,
        fees,
        lifecycle,
        staking,
        nativeGas,
        rewards,
        slashing,
        commitReveal,
        wasmLimits,
        fuelSchedule);
  }

  /** The same rules with another signature policy: another chain, for simulation only. */
  public Rules withSignatures(Signatures policy) {
    return new Rules(
        version,
        chainId,
        profile,
        floats,
        policy,
        execution,
        gas,
        fees,
        lifecycle,
        staking,
        nativeGas,
        rewards,
        slashing,
        commitReveal,
        wasmLimits,
        fuelSchedule);
  }

  /** The rules of a chain with everything at its default. */
  public static Rules of(long chainId, Lifecycle lifecycle, Signatures signatures) {
    return new Rules(
        1,
        chainId,
        Profile.PYDE,
        Floats.CANONICALISE,
        signatures,
        Execution.DEFAULT,
        Gas.DEFAULT,
        Fees.DEFAULT,
        lifecycle,
        Staking.DEFAULT,
        NativeGas.DEFAULT,
        Rewards.DEFAULT,
        Slashing.DEFAULT,
        CommitReveal.DEFAULT,
        WasmLimits.V1,
        FuelSchedule.V1);
  }

  /** Identifies these rules (decisions O3). */
  public Hash32 hash() {
    return Blake3.hash(RulesCodec.encode(this));
  }
}
