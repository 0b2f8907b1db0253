package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.state.hash.Hash32;

/**
 * The functions of the {@code sshi} profile that have no twin of the same shape. Source: profiles.
 */
public final class SshiFunctions {
  private SshiFunctions() {}

  /** Copies the whole value; its length, or -1 when there is none. */
  public static int storageRead(Instance instance, int key, int out) {
    return RawStorage.sload(instance, key, out, Integer.MAX_VALUE);
  }

  /** Sets the return data and goes on. */
  public static void output(Instance instance, int pointer, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.RETURN);
    context.payload = Flow.payload(context, instance, pointer, length);
  }

  /** The immediate caller. */
  public static void caller(Instance instance, int out) {
    Surroundings.caller(instance, out);
  }

  /** The contract's own address. */
  public static void selfAddress(Instance instance, int out) {
    Surroundings.selfAddress(instance, out);
  }

  /** Emits an event with one topic. */
  public static int emit(Instance instance, int topic, int data, int length) {
    return Events.emitEvent(instance, topic, 1, data, length);
  }

  /**
   * The first eight bytes of an address, as the {@code aether} profile's {@code caller} has them.
   */
  static long firstEight(Hash32 address) {
    return Long.reverseBytes(address.w0());
  }
}
