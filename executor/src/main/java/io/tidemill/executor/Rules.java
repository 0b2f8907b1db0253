package io.tidemill.executor;

import io.tidemill.executor.tx.U128;

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
    Staking staking) {

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

  /**
   * Validators, epochs and the reward distributor. Source: state-and-transactions 1.10, 1.12, 1.15.
   */
  public record Staking(
      long epochLengthWaves,
      U128 minStake,
      int operatorCap,
      long unbondingWaves,
      U128 unjailFee,
      long disputeWindowEpochs,
      long revealWindowWaves) {
    public static final Staking DEFAULT =
        new Staking(
            21_600, U128.of(10_000_000_000_000L), 3, 5_184_000, U128.of(10_000_000_000L), 8, 120);
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
        Staking.DEFAULT);
  }
}
