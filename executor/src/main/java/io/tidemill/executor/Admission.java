package io.tidemill.executor;

import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Signer;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import org.jspecify.annotations.Nullable;

/**
 * What must hold before a transaction may cost anybody anything: it is not paused, within limits,
 * in time, of this chain, from an account that signed it, with an open nonce. The first failure in
 * this order is the answer: pause, limits, deadline, chain id, sender, keys, signature, nonce.
 * Source: state-and-transactions 1.6 (b) and 1.7, decisions S1 and S3.
 */
final class Admission {
  private final SignatureVerifier verifier;

  Admission(SignatureVerifier verifier) {
    this.verifier = verifier;
  }

  /** The checks that need no sender: for every type. */
  @Nullable RejectCode checkEnvelope(
      WaveScope scope, Ledger ledger, Transaction transaction, int encodedLength) {
    final long wave = scope.context().waveId();
    if (transaction.type() != TransactionType.EMERGENCY_RESUME
        && Long.compareUnsigned(wave, ledger.number(SystemSlot.PAUSE_END_WAVE)) < 0) {
      return RejectCode.PAUSED;
    }
    if (!withinLimits(scope.rules().gas(), transaction, encodedLength)) {
      return RejectCode.LIMIT_EXCEEDED;
    }
    if (transaction.hasDeadline() && Long.compareUnsigned(wave, transaction.deadline()) > 0) {
      return RejectCode.DEADLINE_EXPIRED;
    }
    if (transaction.chainId() != scope.rules().chainId()) {
      return RejectCode.WRONG_CHAIN_ID;
    }
    return null;
  }

  /** The checks of the sender: for every type but key registration. */
  @Nullable RejectCode checkSender(WaveScope scope, @Nullable Signer sender, Prepared prepared) {
    final Transaction transaction = prepared.transaction();
    if (sender == null || transaction == null) {
      return RejectCode.SENDER_MISSING;
    }
    if (!sender.hasSingleKey()) {
      return RejectCode.NO_AUTH_KEYS;
    }
    if (scope.rules().signatures() == Rules.Signatures.VERIFY) {
      final byte[] key = sender.singleKey();
      if (key == null || !Preparation.isSigned(prepared, key, verifier)) {
        return RejectCode.SIGNATURE_INVALID;
      }
    }
    return sender.nonce().accepts(transaction.nonce()) ? null : RejectCode.NONCE_OUT_OF_WINDOW;
  }

  private static boolean withinLimits(Rules.Gas gas, Transaction transaction, int encodedLength) {
    final boolean wasm = transaction.type().carriesWasm();
    final long maxLength =
        wasm
            ? (long) gas.maxTransactionBytes() + gas.maxDeployWasmBytes()
            : gas.maxTransactionBytes();
    return encodedLength <= maxLength
        && (wasm || transaction.data().length <= gas.maxDataBytes())
        && Long.compareUnsigned(transaction.gasLimit(), gas.minGasLimit()) >= 0
        && Long.compareUnsigned(transaction.gasLimit(), gas.maxGasLimit()) <= 0;
  }
}
