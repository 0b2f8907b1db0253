package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.CheckedSignatures;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import java.util.EnumMap;
import java.util.Map;

/** Which class executes which native type, and what all of them check. */
public final class NativeTransactions {
  private static final Map<TransactionType, NativeTransaction> BY_TYPE =
      new EnumMap<>(TransactionType.class);

  static {
    BY_TYPE.put(TransactionType.STAKE_DEPOSIT, new StakeDeposit());
    BY_TYPE.put(TransactionType.STAKE_WITHDRAW, new StakeWithdraw());
    BY_TYPE.put(TransactionType.SLASH, new Slash());
    BY_TYPE.put(TransactionType.CLAIM_REWARD, new ClaimReward());
    BY_TYPE.put(TransactionType.CLAIM_AIRDROP, new ClaimAirdrop());
    BY_TYPE.put(TransactionType.SWEEP_AIRDROP, new SweepAirdrop());
    BY_TYPE.put(TransactionType.MULTISIG, new MultisigSpend());
    BY_TYPE.put(TransactionType.ROTATE_MULTISIG, new RotateMultisig());
    BY_TYPE.put(TransactionType.EMERGENCY_PAUSE, new Emergency(true));
    BY_TYPE.put(TransactionType.EMERGENCY_RESUME, new Emergency(false));
    BY_TYPE.put(TransactionType.UNJAIL, new Unjail());
    BY_TYPE.put(TransactionType.ROTATE_VALIDATOR_KEYS, new RotateValidatorKeys());
    BY_TYPE.put(TransactionType.DISPUTE_SLASH, new DisputeSlash());
    BY_TYPE.put(TransactionType.COMMIT, new Commit());
    BY_TYPE.put(TransactionType.REVEAL, new Reveal());
    BY_TYPE.put(TransactionType.SCHEDULE_UPGRADE, new ContractChanges.Schedule());
    BY_TYPE.put(TransactionType.CANCEL_UPGRADE, new ContractChanges.Cancel());
    BY_TYPE.put(TransactionType.TRANSFER_OWNERSHIP, new ContractChanges.Transfer());
    BY_TYPE.put(TransactionType.DEPOSIT_GAS_TANK, new GasTanks.Deposit());
    BY_TYPE.put(TransactionType.WITHDRAW_GAS_TANK, new GasTanks.Withdraw());
  }

  private NativeTransactions() {}

  /**
   * Executes a native transaction. The target must be the zero address, and the value zero unless
   * the type takes one.
   *
   * @throws IllegalStateException if the type is not native
   */
  public static Outcome apply(NativeContext context) {
    final Transaction transaction = context.transaction();
    final NativeTransaction type = BY_TYPE.get(transaction.type());
    if (type == null) {
      throw new IllegalStateException("no native transaction type " + transaction.type());
    }
    if (!transaction.to().isZero()) {
      return context.refused(RejectCode.INVALID_RECIPIENT);
    }
    if (!takesValue(transaction.type()) && !transaction.value().isZero()) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    if (takesNoData(transaction.type()) && transaction.data().length != 0) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    return type.apply(context);
  }

  /** Whether transactions of {@code type} may carry a bundle of the treasury multisig. */
  public static boolean mayCarryBundle(TransactionType type) {
    return switch (type) {
      case MULTISIG,
          ROTATE_MULTISIG,
          EMERGENCY_PAUSE,
          EMERGENCY_RESUME,
          DISPUTE_SLASH,
          SCHEDULE_UPGRADE,
          CANCEL_UPGRADE ->
          true;
      default -> false;
    };
  }

  /**
   * Checks the signatures of the bundle in {@code transaction}, if it has one, ahead of the order
   * against the multisig in {@code ledger}. Nothing is written.
   */
  public static void checkBundle(
      Ledger ledger, Transaction transaction, CheckedSignatures checked) {
    final NativeTransaction type = BY_TYPE.get(transaction.type());
    if (type == null) {
      return;
    }
    try {
      final MultisigBundle.Signed signed = type.signed(transaction.data());
      if (signed != null) {
        signed.bundle().check(ledger, transaction.type(), signed.payload(), checked);
      }
    } catch (BorshException e) {
      // No payload, no signatures: its execution will say so.
    }
  }

  private static boolean takesValue(TransactionType type) {
    return type == TransactionType.STAKE_DEPOSIT
        || type == TransactionType.COMMIT
        || type == TransactionType.DEPOSIT_GAS_TANK;
  }

  private static boolean takesNoData(TransactionType type) {
    return type == TransactionType.STAKE_WITHDRAW
        || type == TransactionType.CLAIM_REWARD
        || type == TransactionType.UNJAIL
        || type == TransactionType.SWEEP_AIRDROP;
  }
}
