package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * The functions of the {@code aether} profile that have no twin of the same shape. Source:
 * profiles.
 */
public final class AetherFunctions {
  private static final int MAX_KEY = 256;

  private AetherFunctions() {}

  /** The first eight bytes of the caller's address, little-endian. */
  public static long caller(Instance instance) {
    return SshiFunctions.firstEight(CallContext.enter(instance, HostFunction.CALLER).caller.raw());
  }

  /** The caller's whole address. */
  public static void callerAddress(Instance instance, int out) {
    Surroundings.caller(instance, out);
  }

  /** Copies at most {@code max} bytes of a value; its length, or -1 when there is none. */
  public static int storageRead(Instance instance, int key, int keyLength, int out, int max) {
    final CallContext context = CallContext.enter(instance, HostFunction.SLOAD);
    if (max < 0) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
    if (keyLength < 1 || keyLength > MAX_KEY) {
      return HostCode.INVALID_INPUT;
    }
    final byte[] value = context.load(slot(instance, key, keyLength));
    if (value == null) {
      return HostCode.MISSING;
    }
    final int copied = Math.min(value.length, max);
    context.chargeBytes(instance, HostFunction.SLOAD, copied);
    instance.memory.write(out, value, 0, copied);
    return value.length;
  }

  /** Writes a value; -1 for a bad length. */
  public static int storageWrite(
      Instance instance, int key, int keyLength, int value, int valueLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.SSTORE);
    if (keyLength < 1
        || keyLength > MAX_KEY
        || valueLength < 0
        || valueLength > context.tx.limits.maxStorageValueBytes()) {
      return HostCode.INVALID_INPUT;
    }
    context.chargeBytes(instance, HostFunction.SSTORE, valueLength);
    final Hash32 slot = slot(instance, key, keyLength);
    final byte[] bytes = instance.memory.read(value, valueLength);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    context.store(instance, slot, bytes);
    return HostCode.OK;
  }

  private static Hash32 slot(Instance instance, int key, int keyLength) {
    return Blake3.hash(instance.memory.read(key, keyLength));
  }

  /** SHA-256, at the price of Keccak-256. */
  public static void sha256(Instance instance, int in, int length, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.HASH_KECCAK256);
    final byte[] input = Hashes.input(context, instance, HostFunction.HASH_KECCAK256, in, length);
    final SHA256Digest digest = new SHA256Digest();
    digest.update(input, 0, input.length);
    digest.doFinal(context.scratch, 0);
    instance.memory.write(out, context.scratch, 0, Hash32.LENGTH);
  }
}
