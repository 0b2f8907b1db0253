package io.tidemill.executor.host;

import io.tidemill.executor.Event;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunObserver;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames of one transaction: the call tree, host calls, state access and fuel. For
 * simulation and tools; it must not change anything. A runtime without a tracer pays one null test
 * per host call.
 */
public interface CallTracer {
  /** How a frame came to be. */
  enum Kind {
    CALL,
    STATIC_CALL,
    DELEGATE_CALL,
    CONSTRUCTOR
  }

  /**
   * A frame begins. Frames nest: the last one entered is the one that runs.
   *
   * @param self whose storage and balance it acts on
   * @param codeHash the code it runs
   * @param fuel what it may spend
   */
  void enter(
      Kind kind,
      Address self,
      Address caller,
      Hash32 codeHash,
      String function,
      byte[] calldata,
      U128 value,
      long fuel);

  /**
   * The frame that runs calls the host function {@code function} with {@code fuelLeft}, before
   * anything is charged.
   */
  void hostCall(String function, long fuelLeft);

  /**
   * The frame that runs reads or writes a state key.
   *
   * @param slot the slot as the contract named it, before it was mapped to {@code key}
   * @param before null when there was no value, or when a write did not look
   * @param after what a write leaves, null when it deletes; what a read found
   */
  void access(
      StateKey key, Hash32 slot, boolean write, byte @Nullable [] before, byte @Nullable [] after);

  /** The frame that runs says something; a failure further out may still undo it. */
  default void event(Event event) {}

  /** The frame that runs tells its author something; only test and development chains let it. */
  default void debugLog(String text) {}

  /**
   * Who watches the functions of the frame that was entered last, or null. Only the reference
   * interpreter can be watched.
   */
  default @Nullable RunObserver observer(Module module) {
    return null;
  }

  /** The frame that runs ends. */
  void exit(ContractRuntime.End end, int code, byte[] returnData, long fuelUsed);
}
