package io.tidemill.executor.account;

/**
 * The system values under the root, by discriminator. Those from 0x42 to 0x5F are ours, where the
 * published texts name no slot. Source: state-and-transactions 10.1.
 */
public enum SystemSlot {
  /** u128, quanta ever burnt. */
  TOTAL_BURNED(0x16),
  /** u128, reward share of this epoch's fees. */
  EPOCH_FEE_INFLOW(0x17),
  AIRDROP_ROOT(0x18),
  AIRDROP_DEADLINE(0x19),
  /** Present when the leaf with this index is claimed. */
  AIRDROP_CLAIMED(0x1A),
  AIRDROP_EXPECTED_SUM(0x1B),
  /** u128, quanta ever minted after genesis. */
  TOTAL_MINTED(0x1C),
  /** u64 per committee seat: anchors in this epoch. */
  EPOCH_SEAT_ANCHORS(0x1D),
  /** u64: the chain is paused before this wave. */
  PAUSE_END_WAVE(0x1F),
  /** Validator record by validator address. */
  VALIDATOR(0x20),
  /** Validator addresses by operator address. */
  OPERATOR_VALIDATORS(0x21),
  /** Present when (epoch, accused, offense) has been slashed. */
  SLASHED_OFFENSE(0x22),
  /** u64: the epoch whose distribution comes next. */
  NEXT_DISTRIBUTION_EPOCH(0x26),
  /** Validator address by committee seat. */
  COMMITTEE_SEAT(0x28),
  NAME_TO_ADDRESS(0x40),
  ADDRESS_TO_NAME(0x41),
  /** Contract address by its first 16 bytes. */
  PREFIX_REGISTRY(0x42),
  /** Commit record by commitment. */
  COMMIT(0x50),
  /** Commitments made in a wave, by that wave: what may expire. */
  COMMITS_OF_WAVE(0x51),
  /** Slash escrow by id. */
  ESCROW(0x52),
  /** Escrow ids by the epoch in which they mature. */
  ESCROWS_OF_EPOCH(0x53),
  /** u64: the id of the next escrow. */
  NEXT_ESCROW(0x54),
  /** u32: how many committee seats are registered. */
  COMMITTEE_SIZE(0x55),
  /** Evidence transactions of a reporter in an epoch: u32 by (reporter, epoch). */
  REPORTER_COUNT(0x56),
  /** Identity of the genesis manifest. */
  GENESIS(0x57),
  MULTISIG_SIGNERS(0xF0),
  MULTISIG_THRESHOLD(0xF1),
  MULTISIG_NONCE(0xF2);

  private final int discriminator;

  SystemSlot(int discriminator) {
    this.discriminator = discriminator;
  }

  /** The first byte of the preimage of its key. */
  public int discriminator() {
    return discriminator;
  }
}
