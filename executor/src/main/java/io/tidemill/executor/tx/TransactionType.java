package io.tidemill.executor.tx;

import org.jspecify.annotations.Nullable;

/**
 * What a transaction is, by the last byte of its envelope. An unknown tag fails to decode and is
 * never read as another type; 0x02 is vacant for good. Source: state-and-transactions 1.2,
 * decisions S4 and S13.
 */
public enum TransactionType {
  /** A transfer, or a call when the target has code. */
  STANDARD(0x00),
  DEPLOY(0x01),
  STAKE_DEPOSIT(0x03),
  STAKE_WITHDRAW(0x04),
  SLASH(0x05),
  CLAIM_REWARD(0x06),
  CLAIM_AIRDROP(0x07),
  SWEEP_AIRDROP(0x08),
  MULTISIG(0x09),
  ROTATE_MULTISIG(0x0A),
  EMERGENCY_PAUSE(0x0B),
  EMERGENCY_RESUME(0x0C),
  REGISTER_PUBKEY(0x0D),
  UNJAIL(0x0E),
  ROTATE_VALIDATOR_KEYS(0x0F),
  DISPUTE_SLASH(0x10),
  COMMIT(0x11),
  REVEAL(0x12),
  SCHEDULE_UPGRADE(0x40),
  CANCEL_UPGRADE(0x41),
  TRANSFER_OWNERSHIP(0x42),
  DEPOSIT_GAS_TANK(0x43),
  WITHDRAW_GAS_TANK(0x44);

  private static final @Nullable TransactionType[] BY_TAG = new @Nullable TransactionType[256];

  static {
    for (TransactionType type : values()) {
      BY_TAG[type.tag] = type;
    }
  }

  private final int tag;

  TransactionType(int tag) {
    this.tag = tag;
  }

  /** The byte on the wire. */
  public int tag() {
    return tag;
  }

  /** The type with this tag, or null. */
  public static @Nullable TransactionType of(int tag) {
    return tag >= 0 && tag < BY_TAG.length ? BY_TAG[tag] : null;
  }

  /** Whether the envelope must name the zero address as its target. */
  public boolean isEnvelope() {
    return this != STANDARD;
  }

  /** Whether the payload carries wasm, so that the larger size limits apply (decisions S3). */
  public boolean carriesWasm() {
    return this == DEPLOY || this == SCHEDULE_UPGRADE;
  }
}
