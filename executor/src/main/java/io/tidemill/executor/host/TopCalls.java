package io.tidemill.executor.host;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.CallContext.Guard;
import io.tidemill.executor.host.ContractRuntime.Call;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The first frame of a transaction: a call from outside, or a constructor at deploy. Source:
 * host-abi 1.10, 1.11, 5.10.
 */
public final class TopCalls {
  private TopCalls() {}

  /** Runs {@code call}; when it fails the overlay is as before. */
  public static Result call(Scope scope, CodeStore codes, Call call) {
    final long gasLimit = Math.addExact(call.fuel(), scope.rules().gas().intrinsic());
    final TransactionContext tx = new TransactionContext(scope, codes, gasLimit);
    final ContractCode code;
    try {
      code = Frames.codeOf(tx, call.target());
    } catch (Halt halt) {
      return ended(End.QUARANTINED, RejectCode.QUARANTINED_CODE.number(), 0);
    }
    if (code == null) {
      return rejected(RejectCode.INVALID_RECIPIENT);
    }
    final ContractAbi.Function entry = entry(scope, code, call.function(), call.bareValue());
    if (entry == null) {
      return rejected(call.bareValue() ? RejectCode.NOT_PAYABLE : RejectCode.INVALID_FUNCTION_NAME);
    }
    if (entry.is(Attribute.CONSTRUCTOR)) {
      return rejected(RejectCode.CONSTRUCTOR_LOCKOUT);
    }
    if (call.view() && !entry.is(Attribute.VIEW)) {
      return rejected(RejectCode.PRECONDITION_FAILED);
    }
    if (!call.value().isZero() && !entry.is(Attribute.PAYABLE)) {
      return rejected(RejectCode.NOT_PAYABLE);
    }
    final int checkpoint = tx.overlay.checkpoint();
    if (tx.ledger.move(call.sender(), call.target(), call.value()) != Ledger.Move.DONE) {
      return rejected(RejectCode.INSUFFICIENT_BALANCE);
    }
    final CallContext frame =
        new CallContext(
            tx,
            null,
            code,
            call.target(),
            call.sender(),
            call.value(),
            entry.name(),
            call.calldata(),
            call.view() || entry.is(Attribute.VIEW),
            false,
            Guard.CALL);
    return run(CallTracer.Kind.CALL, frame, entry.name(), call.fuel(), checkpoint);
  }

  /**
   * Runs the constructor of {@code code} at {@code self}, which exists already; when it fails the
   * overlay is rolled back to {@code checkpoint}.
   */
  public static Result construct(
      Scope scope,
      CodeStore codes,
      ContractCode code,
      Address self,
      Address deployer,
      U128 value,
      byte[] calldata,
      long gasLimit,
      long fuel,
      int checkpoint) {
    final TransactionContext tx = new TransactionContext(scope, codes, gasLimit);
    final ContractAbi.Function constructor = code.constructor();
    final CallContext frame =
        new CallContext(
            tx,
            null,
            code,
            self,
            deployer,
            value,
            constructor == null ? "" : constructor.name(),
            calldata,
            false,
            false,
            Guard.CALL);
    return run(
        CallTracer.Kind.CONSTRUCTOR,
        frame,
        constructor == null ? null : constructor.name(),
        fuel,
        checkpoint);
  }

  /** The attribute bits of what a call would run, or -1. */
  public static int attributes(
      Scope scope, CodeStore codes, Address target, String function, boolean bareValue) {
    final Ledger ledger = new Ledger(scope.overlay());
    final Hash32 hash = ledger.activeCode(target, scope.wave().waveId());
    if (hash.isZero()) {
      return -1;
    }
    final ContractCode code = codes.load(scope.overlay(), hash, scope.use());
    final ContractAbi.Function entry = entry(scope, code, function, bareValue);
    return entry == null ? -1 : entry.attributes();
  }

  private static ContractAbi.@Nullable Function entry(
      Scope scope, ContractCode code, String function, boolean bareValue) {
    if (bareValue) {
      return code.resolveBareValue();
    }
    final int length = function.getBytes(StandardCharsets.UTF_8).length;
    return length > scope.rules().execution().maxFunctionNameBytes()
        ? null
        : code.resolve(function);
  }

  private static Result run(
      CallTracer.Kind kind, CallContext frame, @Nullable String export, long fuel, int checkpoint) {
    try {
      Frames.run(
          kind,
          frame,
          export,
          fuel,
          frame.tx.limits.maxWasmFrames(),
          frame.tx.limits.maxStackSlots());
    } catch (Halt halt) {
      frame.tx.overlay.rollback(checkpoint);
      return ended(End.QUARANTINED, RejectCode.QUARANTINED_CODE.number(), 0);
    }
    if (frame.end != End.SUCCESS) {
      frame.tx.overlay.rollback(checkpoint);
    }
    final int code = frame.end == End.REVERTED ? RejectCode.REVERTED.number() : frame.endCode;
    return new Result(frame.end, code, frame.payload, frame.fuelUsed, null);
  }

  private static Result rejected(RejectCode code) {
    return ended(End.REJECTED, code.number(), 0);
  }

  private static Result ended(End end, int code, long fuelUsed) {
    return new Result(end, code, CallContext.NOTHING, fuelUsed, null);
  }
}
