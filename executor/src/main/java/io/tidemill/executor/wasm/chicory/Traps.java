package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.wasm.ChicoryException;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import org.jspecify.annotations.Nullable;

/**
 * Tells the traps of a module from everything else that can leave the interpreter. The list is
 * closed: what is not on it is nobody's receipt. Source: decisions O1.
 */
final class Traps {
  private Traps() {}

  /**
   * What to throw for {@code thrown}.
   *
   * @param fuel the module's fuel counter; negative when that is why it stopped
   * @param frames the module's frame counter; so too
   * @param slots the module's slot counter; so too
   */
  static RuntimeException translate(RuntimeException thrown, long fuel, int frames, int slots) {
    if (!(thrown instanceof ChicoryException)) {
      return thrown;
    }
    if (thrown.getCause() instanceof StackOverflowError overflow) {
      // The interpreter calls this an exhausted call stack; it is this node that ran out.
      throw overflow;
    }
    if (thrown instanceof TrapException) {
      if (fuel < 0) {
        return Trap.of(TrapCode.OUT_OF_FUEL);
      }
      return Trap.of(frames < 0 || slots < 0 ? TrapCode.STACK_OVERFLOW : TrapCode.UNREACHABLE);
    }
    final TrapCode code = byMessage(thrown.getMessage());
    return code == null
        ? new IllegalStateException("the interpreter failed: " + thrown.getMessage(), thrown)
        : Trap.of(code);
  }

  private static @Nullable TrapCode byMessage(@Nullable String message) {
    if (message != null && message.startsWith("unknown type ")) {
      // Linked modules number types alike, so a number the callee does not have is another type.
      return TrapCode.BAD_SIGNATURE;
    }
    return switch (message == null ? "" : message) {
      case "integer divide by zero" -> TrapCode.INTEGER_DIVISION_BY_ZERO;
      case "integer overflow" -> TrapCode.INTEGER_OVERFLOW;
      case "invalid conversion to integer" -> TrapCode.INVALID_CONVERSION_TO_INTEGER;
      case "out of bounds memory access" -> TrapCode.MEMORY_OUT_OF_BOUNDS;
      case "indirect call type mismatch" -> TrapCode.BAD_SIGNATURE;
      default -> null;
    };
  }
}
