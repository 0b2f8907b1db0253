package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;

/** Who calls, when, with what: nothing here changes anything. Source: host-abi 2.6, 2.11. */
public final class Surroundings {
  private Surroundings() {}

  /** The immediate caller. */
  public static int caller(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.CALLER);
    context.writeHash(instance, out, context.caller.raw());
    return HostCode.OK;
  }

  /** The sender of the transaction, at any depth. */
  public static int origin(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.ORIGIN);
    context.writeHash(instance, out, context.tx.scope.origin().raw());
    return HostCode.OK;
  }

  /** Whose storage this frame acts on. */
  public static int selfAddress(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.SELF_ADDRESS);
    context.writeHash(instance, out, context.self.raw());
    return HostCode.OK;
  }

  /** The current wave. */
  public static long waveId(Instance instance) {
    return CallContext.enter(instance, HostFunction.WAVE_ID).tx.scope.wave().waveId();
  }

  /** The current wave, by its older name. */
  public static long blockHeight(Instance instance) {
    return CallContext.enterLegacy(instance, HostFunction.BLOCK_HEIGHT).tx.scope.wave().waveId();
  }

  /** Seconds since the epoch. */
  public static long waveTimestamp(Instance instance) {
    return CallContext.enter(instance, HostFunction.WAVE_TIMESTAMP).tx.scope.wave().timestamp();
  }

  /** Seconds since the epoch, by its older name. */
  public static long blockTimestamp(Instance instance) {
    return CallContext.enterLegacy(instance, HostFunction.BLOCK_TIMESTAMP)
        .tx
        .scope
        .wave()
        .timestamp();
  }

  /** The chain. */
  public static long chainId(Instance instance) {
    return CallContext.enter(instance, HostFunction.CHAIN_ID).tx.scope.wave().chainId();
  }

  /** The hash of the transaction. */
  public static void txHash(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.TX_HASH);
    context.writeHash(instance, out, context.tx.scope.transactionHash());
  }

  /** The hash of the transaction, in the older shape. */
  public static int txHashCode(Instance instance, int out) {
    final CallContext context = CallContext.enterLegacy(instance, HostFunction.TX_HASH);
    context.writeHash(instance, out, context.tx.scope.transactionHash());
    return HostCode.OK;
  }

  /** The value attached to this frame. */
  public static void txValue(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.TX_VALUE);
    context.writeAmount(instance, out, context.value);
  }

  /** The value attached to this frame, in the older shape. */
  public static int txValueCode(Instance instance, int out) {
    final CallContext context = CallContext.enterLegacy(instance, HostFunction.TX_VALUE);
    context.writeAmount(instance, out, context.value);
    return HostCode.OK;
  }

  /** What this frame may still spend, after paying for the question. */
  public static long txGasRemaining(Instance instance) {
    CallContext.enter(instance, HostFunction.TX_GAS_REMAINING);
    return instance.fuel;
  }

  /** The length of this frame's calldata. */
  public static int calldataSize(Instance instance) {
    return CallContext.enter(instance, HostFunction.CALLDATA_SIZE).calldata.length;
  }

  /** Copies {@code length} bytes from {@code offset}; -1 when there are not so many. */
  public static int calldataCopy(Instance instance, int offset, int length, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.CALLDATA_COPY);
    final long end = (offset & 0xFFFFFFFFL) + (length & 0xFFFFFFFFL);
    if (end > context.calldata.length) {
      return HostCode.INVALID_INPUT;
    }
    context.chargeBytes(instance, HostFunction.CALLDATA_COPY, length);
    instance.memory.write(out, context.calldata, offset, length);
    return HostCode.OK;
  }

  /**
   * Copies from the start as much as the capacity at {@code lengthPointer}; leaves the size there.
   */
  public static int calldataCopyAll(Instance instance, int out, int lengthPointer) {
    final CallContext context = CallContext.enter(instance, HostFunction.CALLDATA_COPY);
    final long capacity = instance.memory.readInt(lengthPointer) & 0xFFFFFFFFL;
    final int copied = (int) Math.min(capacity, context.calldata.length);
    context.chargeBytes(instance, HostFunction.CALLDATA_COPY, copied);
    instance.memory.write(out, context.calldata, 0, copied);
    instance.memory.writeInt(lengthPointer, context.calldata.length);
    return HostCode.OK;
  }

  /** Copies at most {@code capacity} of {@code length} bytes from {@code offset}; how many. */
  public static int calldataCopyWindow(
      Instance instance, int out, int capacity, int offset, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.CALLDATA_COPY);
    final long rest = Math.max(0, context.calldata.length - (offset & 0xFFFFFFFFL));
    final int copied = (int) Math.min(rest, Math.min(capacity & 0xFFFFFFFFL, length & 0xFFFFFFFFL));
    context.chargeBytes(instance, HostFunction.CALLDATA_COPY, copied);
    instance.memory.check(out, copied);
    if (copied > 0) {
      instance.memory.write(out, context.calldata, offset, copied);
    }
    return copied;
  }

  /** The randomness of the wave. */
  public static int beaconGet(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.BEACON_GET);
    context.writeHash(instance, out, context.tx.scope.wave().beacon());
    return HostCode.OK;
  }
}
