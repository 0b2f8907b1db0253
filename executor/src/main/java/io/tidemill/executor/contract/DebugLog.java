package io.tidemill.executor.contract;

import io.tidemill.executor.host.CallContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The host function {@code debug_log}, which exists on test and development chains only. It costs
 * nothing and changes nothing; a call that nobody traces is silent. Source: manifest-and-tests
 * 2.14.
 */
public final class DebugLog {
  static final String NAME = "debug_log";

  /** The most bytes of one message; more is a trap. */
  private static final int MAX_MESSAGE = 4_096;

  private static final AtomicLong CALLS = new AtomicLong();

  private DebugLog() {}

  /**
   * How often contracts of this process have called it. A development chain traces a transaction
   * for its messages only when this has moved.
   */
  public static long calls() {
    return CALLS.get();
  }

  /** {@code (ptr, len)}. */
  public static void log(Instance instance, int pointer, int length) {
    tell(instance, text(instance, pointer, length));
  }

  /** {@code (label ptr, label len, data ptr, data len)}. */
  public static void logLabelled(
      Instance instance, int label, int labelLength, int data, int dataLength) {
    tell(instance, text(instance, label, labelLength) + ": " + text(instance, data, dataLength));
  }

  private static String text(Instance instance, int pointer, int length) {
    if (length < 0 || length > MAX_MESSAGE) {
      throw Trap.of(TrapCode.MESSAGE_TOO_LARGE);
    }
    return new String(instance.memory.read(pointer, length), StandardCharsets.UTF_8);
  }

  private static void tell(Instance instance, String text) {
    CALLS.incrementAndGet();
    CallContext.debugLog(instance, text);
  }
}
