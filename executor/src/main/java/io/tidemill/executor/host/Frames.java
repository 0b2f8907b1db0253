package io.tidemill.executor.host;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Runs frames. A frame gets a fresh instance, runs its start section, {@code _initialize} and its
 * entry, and leaves how it ended in its context. Rolling the overlay back is the caller's part,
 * because value moves before the frame begins. Source: host-abi 1.5, 5.3.
 */
final class Frames {
  private Frames() {}

  /** The code that {@code target} runs now, or null when there is none. */
  static @Nullable ContractCode codeOf(TransactionContext tx, Address target) {
    final Hash32 hash = tx.ledger.activeCode(target, tx.scope.wave().waveId());
    if (hash.isZero()) {
      return null;
    }
    if (tx.isQuarantined(hash)) {
      throw Halt.QUARANTINED;
    }
    return tx.codes.load(tx.overlay, hash, tx.scope.use());
  }

  /** Whether the function is already running on this address and may not be entered again. */
  static boolean isBlocked(CallContext top, Address self, ContractAbi.Function function) {
    if (function.is(Attribute.REENTRANT) || function.is(Attribute.VIEW)) {
      return false;
    }
    for (CallContext frame = top; frame != null; frame = frame.parent) {
      if (frame.guarded && frame.self.equals(self) && frame.entry.equals(function.name())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs {@code frame}; afterwards its end, payload and fuel used are set.
   *
   * @param export the exported function, or null when there is nothing to run
   */
  static void run(
      CallTracer.Kind kind,
      CallContext frame,
      @Nullable String export,
      long fuel,
      int framesLeft,
      int slotsLeft) {
    final CallTracer tracer = frame.tx.tracer;
    if (tracer != null) {
      tracer.enter(
          kind,
          frame.self,
          frame.caller,
          frame.code.codeHash(),
          frame.entry,
          frame.calldata,
          frame.value,
          fuel);
      frame.observer = tracer.observer(frame.code.module().module());
    }
    if (export != null) {
      execute(
          frame,
          export,
          new Launch(frame, fuel, framesLeft, slotsLeft, frame.tx.memory, frame.tx.scope.guard()));
    }
    if (tracer != null) {
      tracer.exit(frame.end, frame.endCode, frame.payload, frame.fuelUsed);
    }
  }

  private static void execute(CallContext frame, String export, Launch launch) {
    final Instance instance = frame.code.module().instantiate(launch);
    if (instance == null) {
      trapped(frame, TrapCode.MEMORY_BUDGET_EXCEEDED);
      return;
    }
    try {
      instance.start();
      if (frame.code.initializes()) {
        instance.invoke(ContractCode.INITIALIZE);
      }
      frame.code.conclude(frame, instance.invoke(export));
    } catch (Trap trap) {
      trapped(frame, trap.code());
    } catch (Halt halt) {
      if (halt == Halt.QUARANTINED) {
        throw halt;
      }
      frame.end = halt == Halt.RETURNED ? End.SUCCESS : End.REVERTED;
    } finally {
      frame.fuelUsed = launch.fuel() - instance.fuel;
      instance.close();
    }
  }

  private static void trapped(CallContext frame, TrapCode code) {
    frame.end = code == TrapCode.OUT_OF_FUEL ? End.OUT_OF_FUEL : End.TRAPPED;
    frame.endCode = code.number();
    frame.payload = CallContext.NOTHING;
  }
}
