package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.tx.U128;

/**
 * Rewards are pushed at epoch boundaries, so what is left of claiming is the sweep: a validator
 * whose unbonding period has passed gets its stake into its own balance and has left. Source:
 * state-and-transactions 1.10.
 */
final class ClaimReward implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final ValidatorRecord record = Validators.get(context.ledger(), context.sender());
    if (record == null) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    return switch (record.status()) {
      case ACTIVE -> context.done();
      case UNBONDING -> {
        final long due =
            Math.addExact(record.unbondAt(), context.rules().staking().unbondingWaves());
        if (context.waveId() >= due) {
          if (!context.ledger().credit(context.sender(), record.stake())) {
            yield context.refused(RejectCode.PRECONDITION_FAILED);
          }
          Validators.put(
              context.ledger(),
              context.sender(),
              record.withStake(U128.ZERO).withStatus(ValidatorRecord.Status.EXITED));
        }
        yield context.done();
      }
      case EXITED, JAILED -> context.refused(RejectCode.PRECONDITION_FAILED);
    };
  }
}
