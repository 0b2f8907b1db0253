package io.tidemill.executor;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.nativetx.NativeContext;
import io.tidemill.executor.nativetx.NativeTransactions;
import io.tidemill.executor.nativetx.Reveal;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction whose sender is known to have signed it: from here on it consumes its nonce and
 * somebody pays. One object per transaction.
 *
 * <p>Order: consume the nonce, decide who pays, reserve gas_limit times the base fee (and the value
 * from the sender), run the type-specific part above a checkpoint, drop it unless it succeeded,
 * take the fee for the gas that was used. The nonce and the fee lie outside the checkpoint. Source:
 * state-and-transactions 1.7 and 6.1, host-abi 3.5 and 5.10.
 */
final class AuthenticatedTransaction {
  private static final String SPONSORSHIP_FUNCTION = "validate_sponsorship";
  private static final byte[] NOTHING = new byte[0];

  private final WaveScope scope;
  private final int index;
  private final Prepared prepared;
  private final Transaction transaction;
  private final Ledger ledger;
  private final ContractRuntime.Scope frame;
  private final ContractRuntime runtime;
  private final ContractLifecycle lifecycle;
  private final SignatureVerifier verifier;
  private final Rules.Gas gas;

  /** The call that a Standard transaction to code makes; null for anything else. */
  private ContractRuntime.@Nullable Call call;

  /** Whether the target of a Standard transaction has code. */
  private boolean toCode;

  /** Gas that the paymaster's consent has used. */
  private long consentGas;

  AuthenticatedTransaction(
      WaveScope scope,
      int index,
      Prepared prepared,
      Transaction transaction,
      Ledger ledger,
      ContractRuntime.Scope frame,
      ContractRuntime runtime,
      ContractLifecycle lifecycle,
      SignatureVerifier verifier) {
    this.scope = scope;
    this.index = index;
    this.prepared = prepared;
    this.transaction = transaction;
    this.ledger = ledger;
    this.frame = frame;
    this.runtime = runtime;
    this.lifecycle = lifecycle;
    this.verifier = verifier;
    this.gas = scope.rules().gas();
  }

  Receipt execute() {
    final RejectCode unrevealed =
        Reveal.check(
            ledger, scope.rules(), scope.context().waveId(), prepared.entry(), transaction);
    if (unrevealed != null && unrevealed.outcome() == RejectCode.OutcomeClass.NOT_EXECUTED) {
      return TransactionProcessor.notExecuted(scope, index, prepared, unrevealed, "");
    }
    ledger.consumeNonce(transaction.from(), transaction.nonce());
    final Payer self = Payer.balanceOf(transaction.from());
    if (unrevealed != null) {
      return charge(self, refused(unrevealed));
    }
    resolveCall();
    final Consent consent = decidePayer(self);
    if (consent == Consent.QUARANTINED) {
      return skip();
    }
    final Payer payer = consent == Consent.REFUSED ? self : payerOf(consent, self);
    if (consent == Consent.REFUSED) {
      return charge(self, refused(RejectCode.SPONSORSHIP_REJECTED));
    }
    final RejectCode shortage = checkReservation(self, payer);
    if (shortage != null) {
      final Payer liable = shortage == RejectCode.GAS_TANK_EXHAUSTED ? payer : self;
      return charge(liable, refused(shortage));
    }
    final Overlay overlay = ledger.overlay();
    final int checkpoint = overlay.checkpoint();
    final Outcome applied = apply();
    if (applied.skip()) {
      return skip();
    }
    if (!applied.succeeded()) {
      overlay.rollback(checkpoint);
    }
    return charge(payer, consentGas == 0 ? applied : applied.plusGas(consentGas, gasLimit()));
  }

  // Who pays.

  private enum Consent {
    SENDER,
    TARGET_TANK,
    PAYMASTER_TANK,
    REFUSED,
    QUARANTINED
  }

  private Consent decidePayer(Payer self) {
    final boolean sponsored = isSponsored();
    return switch (transaction.feePayer()) {
      // A SPONSORED function is billed to its contract instead of the caller, never to both.
      case FeePayer.Sender _ -> sponsored ? Consent.TARGET_TANK : Consent.SENDER;
      case FeePayer.GasTank _ -> sponsored ? Consent.TARGET_TANK : Consent.REFUSED;
      case FeePayer.Paymaster(Address address) -> askPaymaster(address, self);
    };
  }

  private Payer payerOf(Consent consent, Payer self) {
    if (consent == Consent.TARGET_TANK) {
      return Payer.tankOf(transaction.to());
    }
    return consent == Consent.PAYMASTER_TANK
            && transaction.feePayer() instanceof FeePayer.Paymaster(Address address)
        ? Payer.tankOf(address)
        : self;
  }

  private boolean isSponsored() {
    if (call == null) {
      return false;
    }
    final int attributes =
        runtime.attributes(frame, call.target(), call.function(), call.bareValue());
    return attributes >= 0 && (attributes & Attribute.SPONSORED.bit()) != 0;
  }

  /**
   * Asks {@code validate_sponsorship(user, target, data) -> bool} in view mode. Its gas is part of
   * the transaction's and billed with it when it agrees; when it does not, the sender pays for the
   * refusal.
   */
  private Consent askPaymaster(Address paymaster, Payer self) {
    if (paymaster.equals(self.address()) || !hasCode(paymaster)) {
      return Consent.REFUSED;
    }
    final long granted = Math.min(gas.paymasterGas(), gasLimit() - gas.intrinsic());
    final byte[] arguments =
        new BorshWriter(72 + transaction.data().length)
            .hash32(transaction.from().raw())
            .hash32(transaction.to().raw())
            .bytes(transaction.data())
            .toBytes();
    final ContractRuntime.Result answer =
        runtime.call(
            frame,
            new ContractRuntime.Call(
                transaction.from(),
                paymaster,
                SPONSORSHIP_FUNCTION,
                arguments,
                U128.ZERO,
                false,
                true,
                toFuel(granted)));
    if (answer.end() == ContractRuntime.End.QUARANTINED) {
      return Consent.QUARANTINED;
    }
    final byte[] returned = answer.returnData();
    if (answer.end() != ContractRuntime.End.SUCCESS || returned.length < 1 || returned[0] != 1) {
      return Consent.REFUSED;
    }
    consentGas = toGas(answer.fuelUsed());
    return Consent.PAYMASTER_TANK;
  }

  private @Nullable RejectCode checkReservation(Payer self, Payer payer) {
    final U128 maxFee = scope.context().baseFee().timesOrNull(gasLimit());
    U128 fromSender = transaction.value();
    if (transaction.type() == TransactionType.DEPLOY) {
      final U128 funds = ContractLifecycle.deployFunds(scope.rules());
      final U128 sum = fromSender.plusOrNull(funds);
      if (sum == null) {
        return RejectCode.INSUFFICIENT_BALANCE;
      }
      fromSender = sum;
    }
    if (!payer.tank()) {
      final U128 sum = maxFee == null ? null : fromSender.plusOrNull(maxFee);
      if (sum == null) {
        return RejectCode.INSUFFICIENT_BALANCE;
      }
      fromSender = sum;
    }
    if (!self.holdsAtLeast(ledger, fromSender)) {
      return RejectCode.INSUFFICIENT_BALANCE;
    }
    return payer.tank() && (maxFee == null || !payer.holdsAtLeast(ledger, maxFee))
        ? RejectCode.GAS_TANK_EXHAUSTED
        : null;
  }

  // What it does.

  private void resolveCall() {
    if (transaction.type() != TransactionType.STANDARD) {
      return;
    }
    toCode = hasCode(transaction.to());
    if (!toCode) {
      return;
    }
    final boolean bare = transaction.data().length == 0;
    final CallPayload payload =
        bare ? new CallPayload("", NOTHING) : CallPayload.decode(transaction.data());
    if (payload == null) {
      return;
    }
    call =
        new ContractRuntime.Call(
            transaction.from(),
            transaction.to(),
            payload.function(),
            payload.calldata(),
            transaction.value(),
            bare && !transaction.value().isZero(),
            false,
            0);
  }

  private boolean hasCode(Address address) {
    return !ledger.activeCode(address, scope.context().waveId()).isZero();
  }

  private Outcome apply() {
    return switch (transaction.type()) {
      case STANDARD -> toCode ? applyCall() : applyTransfer();
      case DEPLOY -> applyDeploy();
      default -> applyNative();
    };
  }

  private Outcome applyTransfer() {
    final Address to = transaction.to();
    final U128 value = transaction.value();
    if (to.isZero()) {
      return refused(RejectCode.INVALID_RECIPIENT);
    }
    if (to.equals(transaction.from())) {
      return Outcome.success(gas.intrinsic());
    }
    if (!value.isZero() && !ledger.mayHold(to)) {
      return refused(RejectCode.ADDRESS_OCCUPIED);
    }
    return ledger.debit(transaction.from(), value) && (value.isZero() || ledger.credit(to, value))
        ? Outcome.success(gas.intrinsic())
        : refused(RejectCode.PRECONDITION_FAILED);
  }

  private Outcome applyCall() {
    final ContractRuntime.Call resolved = call;
    if (resolved == null) {
      return refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final ContractRuntime.Result result =
        runtime.call(
            frame,
            new ContractRuntime.Call(
                resolved.sender(),
                resolved.target(),
                resolved.function(),
                resolved.calldata(),
                resolved.value(),
                resolved.bareValue(),
                false,
                toFuel(gasLimit() - gas.intrinsic() - consentGas)));
    final long used = Math.addExact(gas.intrinsic(), toGas(result.fuelUsed()));
    return Outcome.of(result, used, gas.intrinsic(), gasLimit());
  }

  private Outcome applyDeploy() {
    if (!transaction.to().isZero()) {
      return refused(RejectCode.INVALID_RECIPIENT);
    }
    final DeployData data = DeployData.decode(transaction.data());
    if (data == null) {
      return refused(RejectCode.MALFORMED_PAYLOAD);
    }
    if (data.wasm().length > gas.maxDeployWasmBytes()) {
      return refused(RejectCode.MODULE_LIMIT_EXCEEDED);
    }
    final ContractRuntime.Result result =
        runtime.deploy(
            frame,
            new ContractRuntime.Deploy(
                transaction.from(),
                data.name(),
                data.wasm(),
                data.contractType(),
                data.initCalldata(),
                transaction.value(),
                gasLimit() - consentGas));
    final Address created = result.created();
    final Outcome outcome =
        Outcome.of(result, result.fuelUsed(), result.fuelUsed(), gasLimit() - consentGas);
    return outcome.succeeded() && created != null
        ? outcome.withReturnData(created.toBytes())
        : outcome;
  }

  private Outcome applyNative() {
    return NativeTransactions.apply(
        new NativeContext(
            scope,
            index,
            transaction,
            prepared.hash(),
            ledger,
            prepared.bundle() == null ? verifier : prepared.bundle(),
            lifecycle,
            frame));
  }

  // What it costs.

  private Outcome refused(RejectCode code) {
    return Outcome.refused(code, gas.intrinsic());
  }

  private Receipt charge(Payer payer, Outcome outcome) {
    final U128 price = scope.context().baseFee().timesOrNull(outcome.gasUsed());
    final U128 fee = payer.takeAtMost(ledger, price == null ? U128.MAX : price);
    final List<Event> events = outcome.succeeded() ? ledger.overlay().events() : List.of();
    return TransactionProcessor.receipt(
        scope, index, prepared, outcome, true, fee, payer.address(), events);
  }

  private Receipt skip() {
    ledger.overlay().rollback(0);
    return TransactionProcessor.skipped(scope, index, prepared, RejectCode.QUARANTINED_CODE);
  }

  private long gasLimit() {
    return transaction.gasLimit();
  }

  private long toFuel(long amount) {
    final long perGas = gas.fuelPerGas();
    return amount > Long.MAX_VALUE / perGas ? Long.MAX_VALUE : amount * perGas;
  }

  private long toGas(long fuel) {
    return Math.ceilDiv(fuel, gas.fuelPerGas());
  }
}
