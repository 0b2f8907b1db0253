package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.TransactionType;

/**
 * EmergencyPause and EmergencyResume: while the chain is paused, nothing but a resume is executed.
 * Data, Borsh: bundle, and for a pause optionally duration u64, the number of waves from the next
 * one on; without it the pause has no end. Signed payload: nothing, or the duration. It must change
 * something. Source: state-and-transactions 1.13, contradiction C32.
 */
final class Emergency implements NativeTransaction {
  private static final long MAX_DURATION = 6_500_000;
  private static final byte[] NOTHING = new byte[0];

  private final boolean pause;

  Emergency(boolean pause) {
    this.pause = pause;
  }

  @Override
  public Outcome apply(NativeContext context) {
    final MultisigBundle bundle;
    final long duration;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      bundle = MultisigBundle.read(in);
      duration = pause && in.remaining() > 0 ? in.u64("duration") : -1;
      in.end("emergency payload");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    if (duration == 0 || duration < -1 || duration > MAX_DURATION) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas = prices.emergency() + prices.perSignature() * bundle.size();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    final long end = context.ledger().number(SystemSlot.PAUSE_END_WAVE);
    final boolean paused = Long.compareUnsigned(context.waveId(), end) < 0;
    if (paused == pause) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    final TransactionType type =
        pause ? TransactionType.EMERGENCY_PAUSE : TransactionType.EMERGENCY_RESUME;
    final byte[] payload = duration < 0 ? NOTHING : new BorshWriter(8).u64(duration).toBytes();
    if (!bundle.authorize(context.ledger(), type, payload, context.verifier())) {
      return context.refused(RejectCode.BUNDLE_INVALID);
    }
    if (pause) {
      // The greatest u64: no end.
      final long until = duration < 0 ? -1L : Math.addExact(context.waveId(), duration) + 1;
      context.ledger().putNumber(SystemSlot.PAUSE_END_WAVE, until);
    } else {
      context.ledger().overlay().delete(StateKeys.system(SystemSlot.PAUSE_END_WAVE));
    }
    return Outcome.success(gas);
  }
}
