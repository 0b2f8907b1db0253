package io.tidemill.executor;

import io.tidemill.executor.account.AccountFields;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.nativetx.NativeTransactions;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.WaveView;
import io.tidemill.executor.signature.CheckedSignatures;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionDecoder.Malformed;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes, hashes and verifies the transactions of a wave, the bundles of the treasury multisig
 * among them: work that needs no order. What it says about a signature is used at execution only
 * where the sender's key is still the one checked here, so it may be done on any earlier state.
 * Stateless. Source: decisions S2, state-and-transactions 1.6 (b) 4.
 */
public final class Preparation {
  private final SignatureVerifier verifier;

  public Preparation(SignatureVerifier verifier) {
    this.verifier = verifier;
  }

  /** What checks signatures. */
  public SignatureVerifier verifier() {
    return verifier;
  }

  /** Prepares every entry of {@code wave}, in order, on the calling thread. */
  public Prepared[] prepare(Wave wave, Snapshot base, Rules rules) {
    final Prepared[] prepared = new Prepared[wave.transactions().size()];
    for (int i = 0; i < prepared.length; i++) {
      prepared[i] = prepare(wave.transactions().get(i), base, rules);
    }
    return prepared;
  }

  /** Prepares one entry. Safe for use by many threads. */
  Prepared prepare(Wave.Entry entry, Snapshot base, Rules rules) {
    final boolean verify = rules.signatures() == Rules.Signatures.VERIFY;
    final Hash32 digest = Blake3.hash(entry.bytes());
    return switch (TransactionDecoder.decode(entry.bytes())) {
      case Malformed(String reason, int _) ->
          new Prepared(entry, null, reason, digest, digest, null, false, null);
      case Transaction transaction -> {
        final Hash32 hash = TransactionHash.of(transaction);
        final byte[] key =
            verify && !entry.skip() && transaction.type() != TransactionType.REGISTER_PUBKEY
                ? keyOf(transaction, base)
                : null;
        final boolean valid =
            key != null && verifier.verify(key, hash.toBytes(), transaction.signature());
        // Who has not signed gets no signature of anybody else checked for nothing.
        final CheckedSignatures bundle =
            verify && !valid ? null : checkBundle(entry, transaction, base);
        yield new Prepared(entry, transaction, null, hash, digest, key, valid, bundle);
      }
    };
  }

  /** Bundles are checked under both policies: the client vouches for senders only. */
  private @Nullable CheckedSignatures checkBundle(
      Wave.Entry entry, Transaction transaction, Snapshot base) {
    if (entry.skip() || !NativeTransactions.mayCarryBundle(transaction.type())) {
      return null;
    }
    final CheckedSignatures checked = new CheckedSignatures(verifier);
    NativeTransactions.checkBundle(
        new Ledger(new Overlay(new WaveView(base))), transaction, checked);
    return checked;
  }

  private static byte @Nullable [] keyOf(Transaction transaction, Snapshot base) {
    final byte[] record = base.get(StateKeys.account(transaction.from()));
    if (record == null) {
      return null;
    }
    AccountFields.check(record);
    return AccountFields.address(record).equals(transaction.from())
        ? AccountFields.singleKey(record)
        : null;
  }

  /** Whether {@code transaction} is signed under {@code key}, by what is known or by checking. */
  static boolean isSigned(Prepared prepared, byte[] key, SignatureVerifier verifier) {
    final Transaction transaction = prepared.transaction();
    if (transaction == null) {
      return false;
    }
    final byte[] checked = prepared.checkedKey();
    if (checked != null && Arrays.equals(checked, key)) {
      return prepared.signatureValid();
    }
    return verifier.verify(key, prepared.hash().toBytes(), transaction.signature());
  }
}
