package io.tidemill.executor.contract;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The host function {@code debug_log}, which exists on test chains only. It costs nothing and
 * changes nothing; without a listener it is silent. Source: manifest-and-tests 2.14.
 */
public final class DebugLog {
  /** Who listens to the calls that run inside the scope. */
  public static final ScopedValue<Consumer<String>> LISTENER = ScopedValue.newInstance();

  static final String NAME = "debug_log";

  /** The most bytes of one message; more is a trap. */
  private static final int MAX_MESSAGE = 4_096;

  private DebugLog() {}

  /** {@code (ptr, len)}. */
  public static void log(Instance instance, int pointer, int length) {
    tell(text(instance, pointer, length));
  }

  /** {@code (label ptr, label len, data ptr, data len)}. */
  public static void logLabelled(
      Instance instance, int label, int labelLength, int data, int dataLength) {
    tell(text(instance, label, labelLength) + ": " + text(instance, data, dataLength));
  }

  private static String text(Instance instance, int pointer, int length) {
    if (length < 0 || length > MAX_MESSAGE) {
      throw Trap.of(TrapCode.MESSAGE_TOO_LARGE);
    }
    return new String(instance.memory.read(pointer, length), StandardCharsets.UTF_8);
  }

  private static void tell(String text) {
    if (LISTENER.isBound()) {
      LISTENER.get().accept(text);
    }
  }
}
