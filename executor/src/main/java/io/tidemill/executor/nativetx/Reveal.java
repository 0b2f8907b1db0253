package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.Wave;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Opens a commitment; anybody may. Data, Borsh: commitment 32, nonce 32, inner_tx bytes. The bond
 * goes back to the committer. The inner transaction itself is an ordinary entry later in the same
 * wave that names the commitment. The first reveal counts. Source: state-and-transactions 1.14,
 * decisions S14.
 */
public final class Reveal implements NativeTransaction {
  Reveal() {}

  @Override
  public Outcome apply(NativeContext context) {
    final Hash32 commitment;
    final Hash32 nonce;
    final byte[] inner;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      commitment = in.hash32("commitment");
      nonce = in.hash32("nonce");
      inner = in.bytes("inner_tx");
      in.end("reveal payload");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final CommitRecord record = CommitRecord.get(context.ledger(), commitment);
    if (record == null
        || record.revealNonce() != null
        || !record.isOpenIn(context.waveId(), context.rules().commitReveal().windowWaves())
        || !CommitRecord.commitment(inner, nonce).equals(commitment)
        || !context.ledger().credit(record.committer(), record.bond())) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    record.revealed(context.waveId(), nonce).put(context.ledger(), commitment);
    return context.done();
  }

  /**
   * Why a revealed inner transaction may not run, or null: its bytes must be what the commitment
   * holds, the reveal must stand in this wave, its value is bounded by the ceiling, and it may not
   * be a commit or a reveal itself.
   */
  public static @Nullable RejectCode check(
      Ledger ledger, Rules rules, long wave, Wave.Entry entry, Transaction transaction) {
    final Hash32 commitment = entry.revealOf();
    if (commitment == null) {
      return null;
    }
    final CommitRecord record = CommitRecord.get(ledger, commitment);
    final Hash32 nonce = record == null ? null : record.revealNonce();
    if (record == null
        || nonce == null
        || record.revealWave() != wave
        || !record.isOpenIn(wave, rules.commitReveal().windowWaves())
        || !CommitRecord.commitment(entry.bytes(), nonce).equals(commitment)) {
      return RejectCode.REVEAL_MISMATCH;
    }
    if (transaction.type() == TransactionType.COMMIT
        || transaction.type() == TransactionType.REVEAL) {
      return RejectCode.MALFORMED_PAYLOAD;
    }
    final U128 ceiling = record.ceiling();
    return transaction.value().compareTo(ceiling) > 0 ? RejectCode.VALUE_CEILING_EXCEEDED : null;
  }
}
