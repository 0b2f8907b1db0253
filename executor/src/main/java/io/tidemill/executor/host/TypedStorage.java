package io.tidemill.executor.host;

import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Storage by field name and keys, checked against the schema in the code's ABI section. The slot is
 * Poseidon2(self, field, keys). Source: host-abi 2.4, decisions H9.
 *
 * <p>Order of refusals: lengths that no schema allows, before anything is read; in a view -5; then
 * -30, -31, -32, -33, -34.
 */
public final class TypedStorage {
  /** Longer field names cannot be declared: names in a module have at most 256 bytes. */
  private static final int MAX_FIELD_NAME = 256;

  private static final int[] NO_KEYS = {};

  private TypedStorage() {}

  /** Reads a scalar field. */
  public static int sloadScalar(Instance instance, int field, int length, int out, int max) {
    return load(instance, HostFunction.SLOAD_SCALAR, field, length, NO_KEYS, out, max);
  }

  /** Reads an entry of a map. */
  public static int sloadMap1(
      Instance instance, int field, int length, int k1, int n1, int out, int max) {
    return load(instance, HostFunction.SLOAD_MAP1, field, length, new int[] {k1, n1}, out, max);
  }

  /** Reads an entry of a map of maps. */
  public static int sloadMap2(
      Instance instance, int field, int length, int k1, int n1, int k2, int n2, int out, int max) {
    return load(
        instance, HostFunction.SLOAD_MAP2, field, length, new int[] {k1, n1, k2, n2}, out, max);
  }

  /** Reads an entry of a map with three keys. */
  public static int sloadMap3(
      Instance instance,
      int field,
      int length,
      int k1,
      int n1,
      int k2,
      int n2,
      int k3,
      int n3,
      int out,
      int max) {
    return load(
        instance,
        HostFunction.SLOAD_MAP3,
        field,
        length,
        new int[] {k1, n1, k2, n2, k3, n3},
        out,
        max);
  }

  /** Writes a scalar field. */
  public static int sstoreScalar(Instance instance, int field, int length, int value, int size) {
    return store(instance, HostFunction.SSTORE_SCALAR, field, length, NO_KEYS, value, size);
  }

  /** Writes an entry of a map. */
  public static int sstoreMap1(
      Instance instance, int field, int length, int k1, int n1, int value, int size) {
    return store(
        instance, HostFunction.SSTORE_MAP1, field, length, new int[] {k1, n1}, value, size);
  }

  /** Writes an entry of a map of maps. */
  public static int sstoreMap2(
      Instance instance,
      int field,
      int length,
      int k1,
      int n1,
      int k2,
      int n2,
      int value,
      int size) {
    return store(
        instance, HostFunction.SSTORE_MAP2, field, length, new int[] {k1, n1, k2, n2}, value, size);
  }

  /** Writes an entry of a map with three keys. */
  public static int sstoreMap3(
      Instance instance,
      int field,
      int length,
      int k1,
      int n1,
      int k2,
      int n2,
      int k3,
      int n3,
      int value,
      int size) {
    return store(
        instance,
        HostFunction.SSTORE_MAP3,
        field,
        length,
        new int[] {k1, n1, k2, n2, k3, n3},
        value,
        size);
  }

  /** Deletes a scalar field. */
  public static int sdeleteScalar(Instance instance, int field, int length) {
    return delete(instance, HostFunction.SDELETE_SCALAR, field, length, NO_KEYS);
  }

  /** Deletes an entry of a map. */
  public static int sdeleteMap1(Instance instance, int field, int length, int k1, int n1) {
    return delete(instance, HostFunction.SDELETE_MAP1, field, length, new int[] {k1, n1});
  }

  /** Deletes an entry of a map of maps. */
  public static int sdeleteMap2(
      Instance instance, int field, int length, int k1, int n1, int k2, int n2) {
    return delete(instance, HostFunction.SDELETE_MAP2, field, length, new int[] {k1, n1, k2, n2});
  }

  /** Deletes an entry of a map with three keys. */
  public static int sdeleteMap3(
      Instance instance, int field, int length, int k1, int n1, int k2, int n2, int k3, int n3) {
    return delete(
        instance, HostFunction.SDELETE_MAP3, field, length, new int[] {k1, n1, k2, n2, k3, n3});
  }

  private static int load(
      Instance instance,
      HostFunction function,
      int field,
      int length,
      int[] keys,
      int out,
      int max) {
    final CallContext context = CallContext.enter(instance, function);
    if (max < 0) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
    final int tooLong = lengths(context, length, keys);
    if (tooLong != HostCode.OK) {
      return tooLong;
    }
    final byte[] path = path(context, instance, field, length, keys);
    final int refused = check(context, path, length, keys, null);
    if (refused != HostCode.OK) {
      return refused;
    }
    final byte[] value = context.load(Poseidon2.hash(path));
    if (value == null) {
      return HostCode.MISSING;
    }
    final int copied = Math.min(value.length, max);
    context.chargeBytes(instance, function, copied);
    instance.memory.write(out, value, 0, copied);
    return value.length;
  }

  private static int store(
      Instance instance,
      HostFunction function,
      int field,
      int length,
      int[] keys,
      int value,
      int size) {
    final CallContext context = CallContext.enter(instance, function);
    final int tooLong = lengths(context, length, keys);
    if (tooLong != HostCode.OK) {
      return tooLong;
    }
    if (size < 0 || size > context.tx.limits.maxStorageValueBytes()) {
      return HostCode.VALUE_LENGTH;
    }
    context.chargeBytes(instance, function, size);
    final byte[] path = path(context, instance, field, length, keys);
    final byte[] bytes = instance.memory.read(value, size);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    final int refused = check(context, path, length, keys, bytes);
    if (refused != HostCode.OK) {
      return refused;
    }
    context.store(instance, Poseidon2.hash(path), bytes);
    return HostCode.OK;
  }

  private static int delete(
      Instance instance, HostFunction function, int field, int length, int[] keys) {
    final CallContext context = CallContext.enter(instance, function);
    final int tooLong = lengths(context, length, keys);
    if (tooLong != HostCode.OK) {
      return tooLong;
    }
    final byte[] path = path(context, instance, field, length, keys);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    final int refused = check(context, path, length, keys, null);
    if (refused != HostCode.OK) {
      return refused;
    }
    context.remove(Poseidon2.hash(path));
    return HostCode.OK;
  }

  private static int lengths(CallContext context, int field, int[] keys) {
    if (field < 0 || field > MAX_FIELD_NAME) {
      return HostCode.UNKNOWN_FIELD;
    }
    for (int i = 1; i < keys.length; i += 2) {
      if (keys[i] < 0 || keys[i] > context.tx.limits.maxTypedKeyBytes()) {
        return HostCode.KEY_LENGTH;
      }
    }
    return HostCode.OK;
  }

  /** The preimage of the slot: self, field, keys. */
  private static byte[] path(
      CallContext context, Instance instance, int field, int length, int[] keys) {
    int total = Hash32.LENGTH + length;
    for (int i = 1; i < keys.length; i += 2) {
      total += keys[i];
    }
    final byte[] path = new byte[total];
    context.self.raw().writeTo(path, 0);
    instance.memory.read(field, path, Hash32.LENGTH, length);
    int at = Hash32.LENGTH + length;
    for (int i = 0; i < keys.length; i += 2) {
      instance.memory.read(keys[i], path, at, keys[i + 1]);
      at += keys[i + 1];
    }
    return path;
  }

  private static int check(
      CallContext context, byte[] path, int fieldLength, int[] keys, byte @Nullable [] value) {
    if (context.code.abi().schema() == null) {
      return HostCode.NO_SCHEMA;
    }
    final StateField field = context.code.field(path, Hash32.LENGTH, fieldLength);
    if (field == null) {
      return HostCode.UNKNOWN_FIELD;
    }
    final List<ScalarType> types = field.keys();
    if (types.size() * 2 != keys.length) {
      return HostCode.FIELD_KIND;
    }
    int at = Hash32.LENGTH + fieldLength;
    for (int i = 0; i < types.size(); i++) {
      final int length = keys[2 * i + 1];
      if (!fits(types.get(i), path, at, length)) {
        return HostCode.KEY_LENGTH;
      }
      at += length;
    }
    return value == null || fits(field.value(), value, 0, value.length)
        ? HostCode.OK
        : HostCode.VALUE_LENGTH;
  }

  /** Whether {@code length} bytes can be a value of {@code type}: its width, or its length word. */
  private static boolean fits(ScalarType type, byte[] bytes, int from, int length) {
    if (type.width() >= 0) {
      return length == type.width();
    }
    if (length < 4) {
      return false;
    }
    final long count =
        bytes[from] & 0xFFL
            | (bytes[from + 1] & 0xFFL) << 8
            | (bytes[from + 2] & 0xFFL) << 16
            | (bytes[from + 3] & 0xFFL) << 24;
    final int width = type instanceof ScalarType.Vec vec ? vec.element().width() : 1;
    return count * width == length - 4;
  }
}
