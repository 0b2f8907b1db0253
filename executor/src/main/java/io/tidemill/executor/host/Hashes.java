package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Keccak;
import io.tidemill.state.hash.Poseidon2;

/** The three hash functions; the output may overlap the input. Source: host-abi 2.8. */
public final class Hashes {
  private Hashes() {}

  /** BLAKE3. */
  public static void blake3(Instance instance, int in, int length, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.HASH_BLAKE3);
    final byte[] input = input(context, instance, HostFunction.HASH_BLAKE3, in, length);
    context.writeHash(instance, out, Blake3.hash(input));
  }

  /** BLAKE3, in the older shape. */
  public static int blake3Code(Instance instance, int in, int length, int out) {
    blake3(instance, in, length, out);
    return HostCode.OK;
  }

  /** Poseidon2 over bytes. */
  public static void poseidon2(Instance instance, int in, int length, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.HASH_POSEIDON2);
    final byte[] input = input(context, instance, HostFunction.HASH_POSEIDON2, in, length);
    context.writeHash(instance, out, Poseidon2.hash(input));
  }

  /** Poseidon2 over bytes, in the older shape. */
  public static int poseidon2Code(Instance instance, int in, int length, int out) {
    poseidon2(instance, in, length, out);
    return HostCode.OK;
  }

  /** Keccak-256 with the original padding. */
  public static void keccak256(Instance instance, int in, int length, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.HASH_KECCAK256);
    final byte[] input = input(context, instance, HostFunction.HASH_KECCAK256, in, length);
    context.writeHash(instance, out, Keccak.hash(input));
  }

  /** Keccak-256, in the older shape. */
  public static int keccak256Code(Instance instance, int in, int length, int out) {
    keccak256(instance, in, length, out);
    return HostCode.OK;
  }

  static byte[] input(
      CallContext context, Instance instance, HostFunction function, int pointer, int length) {
    if (length < 0 || length > context.tx.limits.maxHashInputBytes()) {
      throw Trap.of(TrapCode.HASH_INPUT_TOO_LARGE);
    }
    context.chargeBytes(instance, function, length);
    return instance.memory.read(pointer, length);
  }
}
