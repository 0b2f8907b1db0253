package io.tidemill.executor.host;

import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What only modules deployed as parachains may do: storage by key of any length, and messages to
 * other parachains. Source: host-abi 2.13, decisions H5, H6.
 */
public final class Parachains {
  private static final byte[] CALL_DOMAIN = "pyde-xcall-v1".getBytes(StandardCharsets.US_ASCII);

  private Parachains() {}

  /** Reads a value; 0 with length 0 when there is none, -7 with the length when it does not fit. */
  public static int storageRead(Instance instance, int key, int keyLength, int out, int outLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_STORAGE_READ);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    if (isBadKeyLength(context, keyLength)) {
      return HostCode.INVALID_INPUT;
    }
    final byte[] name = instance.memory.read(key, keyLength);
    final long capacity = instance.memory.readInt(outLength) & 0xFFFFFFFFL;
    final StateKey stateKey = key(context, name);
    final byte[] value = context.tx.overlay.get(stateKey);
    traced(context, stateKey, false, value, value);
    if (value == null) {
      instance.memory.writeInt(outLength, 0);
      return HostCode.OK;
    }
    if (value.length > capacity) {
      instance.memory.writeInt(outLength, value.length);
      return HostCode.OUTPUT_BUFFER_TOO_SMALL;
    }
    context.chargeBytes(instance, HostFunction.PARACHAIN_STORAGE_READ, value.length);
    instance.memory.write(out, value);
    instance.memory.writeInt(outLength, value.length);
    return HostCode.OK;
  }

  /** Writes a value. */
  public static int storageWrite(
      Instance instance, int key, int keyLength, int value, int valueLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_STORAGE_WRITE);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    if (isBadKeyLength(context, keyLength)
        || valueLength < 0
        || valueLength > context.tx.limits.maxStorageValueBytes()) {
      return HostCode.INVALID_INPUT;
    }
    context.chargeBytes(instance, HostFunction.PARACHAIN_STORAGE_WRITE, valueLength);
    final byte[] name = instance.memory.read(key, keyLength);
    final byte[] bytes = instance.memory.read(value, valueLength);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    final StateKey stateKey = key(context, name);
    context.tx.overlay.put(stateKey, bytes);
    traced(context, stateKey, true, null, bytes);
    return HostCode.OK;
  }

  /** Deletes a value; 0 even when there is none. */
  public static int storageDelete(Instance instance, int key, int keyLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_STORAGE_DELETE);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    if (isBadKeyLength(context, keyLength)) {
      return HostCode.INVALID_INPUT;
    }
    final byte[] name = instance.memory.read(key, keyLength);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    final StateKey stateKey = key(context, name);
    final byte[] before = context.tx.overlay.get(stateKey);
    traced(context, stateKey, true, before, null);
    if (before != null) {
      context.tx.overlay.delete(stateKey);
    }
    return HostCode.OK;
  }

  private static boolean isBadKeyLength(CallContext context, int length) {
    return length < 1 || length > context.tx.limits.maxParachainKeyBytes();
  }

  private static StateKey key(CallContext context, byte[] name) {
    return StateKeys.parachainSlot(context.self.raw(), name);
  }

  private static void traced(
      CallContext context,
      StateKey key,
      boolean write,
      byte @Nullable [] before,
      byte @Nullable [] after) {
    if (context.tx.tracer != null) {
      context.tx.tracer.access(key, key.raw(), write, before, after);
    }
  }

  /** The parachain's id, which is its address. */
  public static int id(Instance instance, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_ID);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    context.writeHash(instance, out, context.self.raw());
    return HostCode.OK;
  }

  /**
   * The version of the code that runs: major in the high half, minor in the low half, of the
   * version in its ABI section; 0 when that is no {@code major.minor}. No text says where it comes
   * from.
   */
  public static int version(Instance instance) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_VERSION);
    return context.parachain
        ? version(context.code.abi().contractVersion())
        : HostCode.PARACHAIN_ONLY;
  }

  static int version(String text) {
    int major = 0;
    int number = 0;
    int dots = 0;
    for (int i = 0; i < text.length() && dots < 2; i++) {
      final char c = text.charAt(i);
      if (c == '.' && dots++ == 0) {
        major = number;
        number = 0;
      } else if (c >= '0' && c <= '9' && number < 3_276) {
        number = 10 * number + c - '0';
      } else if (c != '.') {
        return 0;
      }
    }
    return dots == 0 ? 0 : major << 16 | number;
  }

  /** Queues a message; its positive id, or a code. */
  public static long sendMessage(
      Instance instance,
      int target,
      int message,
      int length,
      int callback,
      int callbackLength,
      long maxCallbackGas,
      long timeoutWaves) {
    final CallContext context = CallContext.enter(instance, HostFunction.SEND_XPARACHAIN_MESSAGE);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    // No text bounds a message; it is stored with the wave, so a stored value's bound applies.
    if (length < 0 || length > context.tx.limits.maxStorageValueBytes()) {
      return HostCode.INVALID_INPUT;
    }
    context.chargeBytes(instance, HostFunction.SEND_XPARACHAIN_MESSAGE, length);
    final Hash32 recipient = context.readHash(instance, target);
    final byte[] payload = instance.memory.read(message, length);
    final String name = Calls.readName(context, instance, callback, callbackLength);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    if (recipient.isZero()) {
      return HostCode.INVALID_INPUT;
    }
    if (name == null || !name.isEmpty() && !isEntry(context.code.abi().function(name))) {
      return HostCode.INVALID_FUNCTION_NAME;
    }
    if (!countMessage(context)) {
      return HostCode.RATE_LIMITED;
    }
    final long id = callId(context);
    context.tx.overlay.queue(
        new ParachainMessage(
            id,
            context.self,
            recipient,
            payload,
            name.getBytes(StandardCharsets.UTF_8),
            maxCallbackGas,
            timeoutWaves));
    return id;
  }

  private static boolean isEntry(ContractAbi.@Nullable Function function) {
    return function != null && function.is(Attribute.ENTRY);
  }

  /** Takes one of the parachain's messages of this wave; false when none is left. */
  private static boolean countMessage(CallContext context) {
    final StateKey key = StateKeys.messageMeter(context.self);
    final long wave = context.tx.scope.wave().waveId();
    final byte[] meter = context.tx.overlay.get(key);
    int count = 0;
    if (meter != null) {
      final ByteBuffer in = ByteBuffer.wrap(meter).order(ByteOrder.LITTLE_ENDIAN);
      count = in.getLong() == wave ? in.getInt() : 0;
    }
    if (count >= context.tx.limits.maxParachainMessagesPerWave()) {
      return false;
    }
    context.tx.overlay.put(
        key,
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(wave)
            .putInt(count + 1)
            .array());
    return true;
  }

  /** Blake3(domain, parachain, transaction hash, u32 ordinal), its first 63 bits, never 0. */
  private static long callId(CallContext context) {
    final byte[] preimage = new byte[CALL_DOMAIN.length + 2 * Hash32.LENGTH + 4];
    System.arraycopy(CALL_DOMAIN, 0, preimage, 0, CALL_DOMAIN.length);
    context.self.raw().writeTo(preimage, CALL_DOMAIN.length);
    context.tx.scope.transactionHash().writeTo(preimage, CALL_DOMAIN.length + Hash32.LENGTH);
    ByteBuffer.wrap(preimage)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(preimage.length - 4, context.tx.messages++);
    return Math.max(1, Long.reverseBytes(Blake3.hash(preimage).w0()) & Long.MAX_VALUE);
  }
}
