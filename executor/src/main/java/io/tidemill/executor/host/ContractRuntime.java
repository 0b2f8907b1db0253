package io.tidemill.executor.host;

import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs contract code for a transaction: the seam between what a transaction is and what its
 * contract does. Implementations roll the overlay back themselves when a call fails; value moves
 * inside the overlay and is undone with it. Every method throws {@link
 * io.tidemill.executor.NodeFault} when this node cannot know the outcome.
 */
public interface ContractRuntime {
  /**
   * What every frame of one transaction shares.
   *
   * @param quarantined sorted code hashes that no frame may run (decisions O5)
   */
  record Scope(
      Rules rules,
      WaveContext wave,
      Hash32 transactionHash,
      int transactionIndex,
      Address origin,
      Overlay overlay,
      List<Hash32> quarantined,
      ExecutionGuard guard,
      Threshold threshold,
      @Nullable CallTracer tracer) {
    /** Who asks for code: a run that is traced is a simulation, consensus never traces. */
    public ModuleCache.Use use() {
      return tracer == null ? ModuleCache.Use.CONSENSUS : ModuleCache.Use.SIMULATION;
    }

    /** A scope without a threshold committee and without a tracer. */
    public Scope(
        Rules rules,
        WaveContext wave,
        Hash32 transactionHash,
        int transactionIndex,
        Address origin,
        Overlay overlay,
        List<Hash32> quarantined,
        ExecutionGuard guard) {
      this(
          rules,
          wave,
          transactionHash,
          transactionIndex,
          origin,
          overlay,
          quarantined,
          guard,
          Threshold.NONE,
          null);
    }
  }

  /**
   * A top-level call.
   *
   * @param function the name in the call payload
   * @param bareValue the data was empty and value is attached: only RECEIVE may take it
   * @param view the frame runs in view mode whatever the function declares; the function must be
   *     one that declares VIEW (paymaster validation, calls that change nothing)
   * @param fuel what may be spent, intrinsic gas already taken off
   */
  record Call(
      Address sender,
      Address target,
      String function,
      byte[] calldata,
      U128 value,
      boolean bareValue,
      boolean view,
      long fuel) {}

  /**
   * A deploy whose payload has been decoded (rows 5 to 30 of host-abi 8).
   *
   * @param contractType 0 contract, 1 parachain
   * @param gasLimit the transaction's whole limit; the runtime applies decisions F4
   */
  record Deploy(
      Address deployer,
      String name,
      byte[] wasm,
      int contractType,
      byte[] initCalldata,
      U128 value,
      long gasLimit) {}

  /** How a call ended. */
  enum End {
    SUCCESS,
    /** The contract reverted; the payload is in the return data. */
    REVERTED,
    /** A trap other than out-of-fuel; the code is its number. */
    TRAPPED,
    OUT_OF_FUEL,
    /** Refused before any code ran; the code is a reject code. */
    REJECTED,
    /** Reached quarantined code: the transaction is skipped. */
    QUARANTINED
  }

  /**
   * What a call or deploy came to.
   *
   * @param code 0, a trap code or a reject code
   * @param fuelUsed for calls, fuel without the intrinsic; for deploys, the whole gas used
   * @param created the new contract, for deploys
   */
  record Result(End end, int code, byte[] returnData, long fuelUsed, @Nullable Address created) {}

  /** Calls a contract that has code. */
  Result call(Scope scope, Call call);

  /** Checks, stores and constructs a new contract. */
  Result deploy(Scope scope, Deploy deploy);

  /**
   * The attribute bits (host-abi 1.9) of the function that a call would run, fallback and receive
   * included, or -1 when nothing would run. For sponsorship, before any code runs.
   */
  int attributes(Scope scope, Address target, String function, boolean bareValue);
}
