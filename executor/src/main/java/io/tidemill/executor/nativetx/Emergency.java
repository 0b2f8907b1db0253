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

  private record Order(MultisigBundle bundle, boolean bounded, long duration) {
    static Order read(byte[] data, boolean pause) {
      final BorshReader in = new BorshReader(data);
      final MultisigBundle bundle = MultisigBundle.read(in);
      final boolean bounded = pause && in.remaining() > 0;
      final long duration = bounded ? in.u64("duration") : 0;
      in.end("emergency payload");
      return new Order(bundle, bounded, duration);
    }

    byte[] payload() {
      return bounded ? new BorshWriter(8).u64(duration).toBytes() : NOTHING;
    }
  }

  @Override
  public MultisigBundle.Signed signed(byte[] data) {
    final Order order = Order.read(data, pause);
    return new MultisigBundle.Signed(order.payload(), order.bundle());
  }

  Emergency(boolean pause) {
    this.pause = pause;
  }

  @Override
  public Outcome apply(NativeContext context) {
    final Order order;
    try {
      order = Order.read(context.transaction().data(), pause);
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final long duration = order.duration();
    if (order.bounded() && (duration < 1 || duration > MAX_DURATION)) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final MultisigBundle bundle = order.bundle();
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
    if (!bundle.authorize(context.ledger(), type, order.payload(), context.verifier())) {
      return context.refused(RejectCode.BUNDLE_INVALID);
    }
    if (pause) {
      // The greatest u64: no end.
      final long until = order.bounded() ? Math.addExact(context.waveId(), duration) + 1 : -1L;
      context.ledger().putNumber(SystemSlot.PAUSE_END_WAVE, until);
    } else {
      context.ledger().overlay().delete(StateKeys.system(SystemSlot.PAUSE_END_WAVE));
    }
    return Outcome.success(gas);
  }
}
