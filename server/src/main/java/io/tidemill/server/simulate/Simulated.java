package io.tidemill.server.simulate;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.WaveContext;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a simulation found; {@code base} is the state it started from. */
public record Simulated(Head base, List<SimulatedWave> waves) {
  /** What one wave did. */
  public record SimulatedWave(WaveContext context, List<Call> calls) {}

  /**
   * What one call did.
   *
   * @param fuelUsed intrinsic gas not included
   * @param decoded null when no contract with an ABI ran, or nobody asked
   * @param error null on success
   * @param trace null unless it was asked for, or when no contract ran
   * @param traceTruncated whether the trace has less than all that happened
   * @param gasEstimate null unless it was asked for and the call succeeds
   * @param traceText empty unless it was asked for
   * @param messages what contracts told their authors; empty but on development chains
   */
  public record Call(
      Receipt receipt,
      long fuelUsed,
      @Nullable Decoded decoded,
      @Nullable Failure error,
      @Nullable Accesses accesses,
      @Nullable Frame trace,
      boolean traceTruncated,
      @Nullable StateDelta diff,
      @Nullable Long gasEstimate,
      List<String> traceText,
      List<CallTree.Message> messages) {}

  /**
   * A call by the ABI of the contract that it called.
   *
   * @param call {@code transfer(0x51.., 5)}
   * @param result empty for nothing, and when it failed
   * @param events one per event of the receipt; empty for one that no ABI knows
   */
  public record Decoded(String call, String result, List<String> events) {}

  /**
   * Why a call failed.
   *
   * @param revertReason its payload as text, empty when it is none
   * @param backtrace where the outermost contract failed, innermost function first; empty when no
   *     contract ran, or when the call was too long to be run again under observation
   */
  public record Failure(
      int code, String message, String revertReason, List<Frame.Site> backtrace) {}

  /** What was read and written, sorted by key. */
  public record Accesses(List<Access> reads, List<Access> writes) {}

  /** One key; contract and slot are null when no contract named it. */
  public record Access(StateKey key, @Nullable Hash32 contract, @Nullable Hash32 slot) {}
}
