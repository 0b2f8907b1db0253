package io.tidemill.executor.nativetx;

import io.tidemill.executor.FeeSplit;
import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;

/**
 * The treasury multisig objects to a pending slash. Data, Borsh: escrow_id u64, action (0 Void | 1
 * Reduce new_bps u16), bundle; signed payload: escrow_id, action. Source: state-and-transactions
 * 1.12 and 1.13.
 */
final class DisputeSlash implements NativeTransaction {
  private static final int BPS = 10_000;

  /**
   * The payload.
   *
   * @param bps what the escrow is reduced to, or -1 to void it
   */
  private record Dispute(long escrow, int bps, MultisigBundle bundle) {
    static Dispute read(byte[] data) {
      final BorshReader in = new BorshReader(data);
      final long escrow = in.u64("escrow_id");
      final int bps = in.tag("action", 2) == 0 ? -1 : in.u16("action.new_bps");
      final MultisigBundle bundle = MultisigBundle.read(in);
      in.end("dispute payload");
      return new Dispute(escrow, bps, bundle);
    }

    byte[] payload() {
      final BorshWriter out = new BorshWriter(16).u64(escrow);
      return (bps < 0 ? out.u8(0) : out.u8(1).u16(bps)).toBytes();
    }
  }

  @Override
  public MultisigBundle.Signed signed(byte[] data) {
    final Dispute dispute = Dispute.read(data);
    return new MultisigBundle.Signed(dispute.payload(), dispute.bundle());
  }

  @Override
  public Outcome apply(NativeContext context) {
    final Dispute dispute;
    try {
      dispute = Dispute.read(context.transaction().data());
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final long id = dispute.escrow();
    final int bps = dispute.bps();
    final MultisigBundle bundle = dispute.bundle();
    if (bps > BPS) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas = prices.multisig() + prices.perSignature() * bundle.size();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    final SlashEscrow escrow = SlashEscrow.get(context.ledger(), id);
    final U128 kept = escrow == null || bps < 0 ? U128.ZERO : FeeSplit.share(escrow.stake(), bps);
    if (escrow == null || kept.compareTo(escrow.amount()) > 0) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    if (!bundle.authorize(
        context.ledger(), TransactionType.DISPUTE_SLASH, dispute.payload(), context.verifier())) {
      return context.refused(RejectCode.BUNDLE_INVALID);
    }
    giveBack(context.ledger(), escrow, escrow.amount().minus(kept));
    if (kept.isZero()) {
      SlashEscrow.delete(context.ledger(), id);
    } else {
      escrow.withAmount(kept).put(context.ledger(), id);
    }
    return Outcome.success(gas);
  }

  /** Into the stake; to the operator when the validator has left. */
  private static void giveBack(Ledger ledger, SlashEscrow escrow, U128 amount) {
    final ValidatorRecord record = Validators.get(ledger, escrow.validator());
    if (record == null) {
      throw new IllegalStateException("escrow of an unknown validator " + escrow.validator());
    }
    if (record.status() != ValidatorRecord.Status.EXITED) {
      Validators.put(ledger, escrow.validator(), record.withStake(record.stake().plus(amount)));
    } else if (!ledger.credit(record.operator(), amount)) {
      throw new IllegalStateException("operator " + record.operator() + " cannot be credited");
    }
  }
}
