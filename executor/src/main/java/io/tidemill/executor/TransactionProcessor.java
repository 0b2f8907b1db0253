package io.tidemill.executor;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transaction from its bytes to its receipt, over one overlay: the code that the serial and the
 * parallel executor share. A function of the wave, the entry and what the overlay reads. Source:
 * host-abi 5.10, state-and-transactions 1.6 to 1.9, decisions S1, S10.
 *
 * <p>Safe for use by many workers; each call works on its own overlay.
 */
public final class TransactionProcessor {
  private static final byte[] NOTHING = new byte[0];
  private static final int PUBLIC_KEY_BYTES = 897;

  private final ContractRuntime runtime;
  private final ContractLifecycle lifecycle;
  private final SignatureVerifier verifier;
  private final Admission admission;

  public TransactionProcessor(
      ContractRuntime runtime, ContractLifecycle lifecycle, SignatureVerifier verifier) {
    this.runtime = runtime;
    this.lifecycle = lifecycle;
    this.verifier = verifier;
    this.admission = new Admission(verifier);
  }

  /**
   * Executes entry {@code index}. What it writes, emits, queues and stages is left in {@code
   * overlay}, which must be fresh; nothing is left there by a transaction that has no effect.
   *
   * @throws ExecutionGuard.AttemptStopped if the guard stopped it; the overlay is worthless then
   */
  public Receipt process(
      WaveScope scope, int index, Prepared prepared, Overlay overlay, ExecutionGuard guard) {
    return process(scope, index, prepared, overlay, guard, null);
  }

  /** The same, watched by {@code tracer}, which changes nothing. */
  public Receipt process(
      WaveScope scope,
      int index,
      Prepared prepared,
      Overlay overlay,
      ExecutionGuard guard,
      @Nullable CallTracer tracer) {
    if (prepared.entry().skip()) {
      return skipped(scope, index, prepared, RejectCode.SKIPPED);
    }
    final Transaction transaction = prepared.transaction();
    if (transaction == null) {
      final String reason = prepared.malformed() == null ? "" : prepared.malformed();
      return notExecuted(scope, index, prepared, RejectCode.DECODE_FAILED, reason);
    }
    final Ledger ledger = new Ledger(overlay);
    final RejectCode envelope =
        admission.checkEnvelope(scope, ledger, transaction, prepared.entry().bytes().length);
    if (envelope != null) {
      return notExecuted(scope, index, prepared, envelope, "");
    }
    if (transaction.type() == TransactionType.REGISTER_PUBKEY) {
      return registerKey(scope, index, prepared, transaction, ledger);
    }
    final RejectCode refusal =
        admission.checkSender(scope, ledger.signer(transaction.from()), prepared);
    if (refusal != null) {
      return notExecuted(scope, index, prepared, refusal, "");
    }
    final ContractRuntime.Scope frame =
        new ContractRuntime.Scope(
            scope.rules(),
            scope.context(),
            prepared.hash(),
            index,
            transaction.from(),
            overlay,
            scope.quarantined(),
            guard,
            scope.threshold(),
            tracer);
    return new AuthenticatedTransaction(
            scope, index, prepared, transaction, ledger, frame, runtime, lifecycle, verifier)
        .execute();
  }

  /**
   * Gives a funded account its first key: unsigned and free, because it can succeed only once per
   * address. Source: state-and-transactions 1.10.
   */
  private static Receipt registerKey(
      WaveScope scope, int index, Prepared prepared, Transaction transaction, Ledger ledger) {
    final Account account = ledger.account(transaction.from());
    if (account == null) {
      return notExecuted(scope, index, prepared, RejectCode.SENDER_MISSING, "");
    }
    if (transaction.signature().length != 0) {
      return notExecuted(scope, index, prepared, RejectCode.SIGNATURE_INVALID, "");
    }
    final byte[] key = transaction.data();
    if (!transaction.to().isZero()
        || !transaction.value().isZero()
        || key.length != PUBLIC_KEY_BYTES
        || account.balance().isZero()
        || !(account.authKeys() instanceof AuthKeys.None)
        || account.type() != Account.Type.EXTERNAL
        || !Addresses.ofPublicKey(key).equals(transaction.from())) {
      return notExecuted(scope, index, prepared, RejectCode.REGISTRATION_REFUSED, "");
    }
    ledger.put(account.withAuthKeys(new AuthKeys.Single(key), account.keyNonce()));
    return receipt(scope, index, prepared, Outcome.success(0), false, U128.ZERO, null, List.of());
  }

  static Receipt notExecuted(
      WaveScope scope, int index, Prepared prepared, RejectCode code, String reason) {
    final Outcome outcome = Outcome.refused(code, 0, reason);
    return receipt(scope, index, prepared, outcome, false, U128.ZERO, null, List.of());
  }

  static Receipt skipped(WaveScope scope, int index, Prepared prepared, RejectCode code) {
    final Outcome outcome =
        new Outcome(
            Receipt.Status.SKIPPED,
            Receipt.Category.ENGINE_VALIDATION,
            code.number(),
            0,
            NOTHING,
            null,
            true);
    return receipt(scope, index, prepared, outcome, false, U128.ZERO, null, List.of());
  }

  static Receipt receipt(
      WaveScope scope,
      int index,
      Prepared prepared,
      Outcome outcome,
      boolean nonceConsumed,
      U128 feePaid,
      @Nullable Address feePayer,
      List<Event> events) {
    return new Receipt(
        scope.context().waveId(),
        index,
        prepared.hash(),
        outcome.status(),
        outcome.category(),
        outcome.code(),
        nonceConsumed,
        outcome.gasUsed(),
        feePaid,
        feePayer,
        outcome.returnData(),
        outcome.created(),
        events);
  }
}
