package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;

/** Storage by 32-byte slot, both generations. Source: host-abi 2.4, decisions F5, H6. */
public final class RawStorage {
  private RawStorage() {}

  /** The value's length, with as much of it as fits {@code max} copied; -1 when there is none. */
  public static int sload(Instance instance, int slot, int out, int max) {
    final CallContext context = CallContext.enter(instance, HostFunction.SLOAD);
    if (max < 0) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
    final byte[] value = context.load(context.readHash(instance, slot));
    if (value == null) {
      return HostCode.MISSING;
    }
    final int copied = Math.min(value.length, max);
    context.chargeBytes(instance, HostFunction.SLOAD, copied);
    instance.memory.write(out, value, 0, copied);
    return value.length;
  }

  /** Exactly 32 bytes: the value cut or padded with zeros, zeros when there is none. */
  public static int sloadWord(Instance instance, int slot, int out) {
    final CallContext context = CallContext.enterLegacy(instance, HostFunction.SLOAD);
    final byte[] value = context.load(context.readHash(instance, slot));
    final byte[] word = context.scratch;
    Arrays.fill(word, (byte) 0);
    if (value != null) {
      System.arraycopy(value, 0, word, 0, Math.min(value.length, Hash32.LENGTH));
    }
    instance.memory.write(out, word, 0, Hash32.LENGTH);
    return HostCode.OK;
  }

  /** Writes a value. */
  public static void sstore(Instance instance, int slot, int value, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.SSTORE);
    if (length < 0 || length > context.tx.limits.maxStorageValueBytes()) {
      throw Trap.of(TrapCode.STORAGE_VALUE_TOO_LARGE);
    }
    context.chargeBytes(instance, HostFunction.SSTORE, length);
    final Hash32 key = context.readHash(instance, slot);
    final byte[] bytes = instance.memory.read(value, length);
    if (context.view) {
      throw Trap.of(TrapCode.VIEW_FUNCTION_STATE_MODIFY);
    }
    context.store(instance, key, bytes);
  }

  /** Writes 32 bytes. */
  public static int sstoreWord(Instance instance, int slot, int value) {
    final CallContext context = CallContext.enterLegacy(instance, HostFunction.SSTORE);
    final Hash32 key = context.readHash(instance, slot);
    final byte[] bytes = instance.memory.read(value, Hash32.LENGTH);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    context.store(instance, key, bytes);
    return HostCode.OK;
  }

  /** Deletes a value. */
  public static void sdelete(Instance instance, int slot) {
    final CallContext context = CallContext.enter(instance, HostFunction.SDELETE);
    final Hash32 key = context.readHash(instance, slot);
    if (context.view) {
      throw Trap.of(TrapCode.VIEW_FUNCTION_STATE_MODIFY);
    }
    context.remove(key);
  }

  /** Deletes a value; 0 even when there is none. */
  public static int sdeleteWord(Instance instance, int slot) {
    final CallContext context = CallContext.enterLegacy(instance, HostFunction.SDELETE);
    final Hash32 key = context.readHash(instance, slot);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    context.remove(key);
    return HostCode.OK;
  }
}
