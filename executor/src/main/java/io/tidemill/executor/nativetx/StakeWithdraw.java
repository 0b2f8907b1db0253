package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;

/** ValidatorUnbond: an active validator starts to leave. Source: state-and-transactions 1.10. */
final class StakeWithdraw implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final ValidatorRecord record = Validators.get(context.ledger(), context.sender());
    if (record == null || record.status() != ValidatorRecord.Status.ACTIVE) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    Validators.put(context.ledger(), context.sender(), record.unbonding(context.waveId()));
    return context.done();
  }
}
