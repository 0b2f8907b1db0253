package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;

/** Ends of frames, and burning gas. Source: host-abi 2.11. */
public final class Flow {
  private Flow() {}

  /** The frame succeeds with data; does not come back. */
  public static void finish(Instance instance, int pointer, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.RETURN);
    context.payload = payload(context, instance, pointer, length);
    throw Halt.RETURNED;
  }

  /** The frame fails with data; does not come back. */
  public static void revert(Instance instance, int pointer, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.REVERT);
    context.payload = payload(context, instance, pointer, length);
    throw Halt.REVERTED;
  }

  static byte[] payload(CallContext context, Instance instance, int pointer, int length) {
    if (length < 0 || length > context.tx.limits.maxReturnDataBytes()) {
      throw Trap.of(TrapCode.RETURN_DATA_TOO_LARGE);
    }
    return instance.memory.read(pointer, length);
  }

  /** Burns {@code amount}; -1 when it is negative. */
  public static int consumeGas(Instance instance, long amount) {
    CallContext.enter(instance, HostFunction.CONSUME_GAS);
    if (amount < 0) {
      return HostCode.INVALID_INPUT;
    }
    instance.charge(amount);
    return HostCode.OK;
  }

  /** Burns {@code amount}; traps when it is negative. */
  public static void consumeGasVoid(Instance instance, long amount) {
    CallContext.enter(instance, HostFunction.CONSUME_GAS);
    if (amount < 0) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
    instance.charge(amount);
  }
}
