package io.tidemill.executor.wasm.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.wasm.TrapCode;

/** Expected results and traps as the scripts write them. */
final class SpecValues {
  private SpecValues() {}

  /** Whether raw result bits are what {@code expected} describes. */
  static boolean matches(JsonNode expected, long bits) {
    final boolean single = expected.get("type").asText().equals("f32");
    final String value = expected.get("value").asText();
    final long quiet = single ? 0x7FC0_0000L : 0x7FF8_0000_0000_0000L;
    final long sign = single ? 0x8000_0000L : Long.MIN_VALUE;
    return switch (value) {
      case "nan:canonical" -> (bits & ~sign) == quiet;
      case "nan:arithmetic" -> (bits & quiet) == quiet;
      default -> Long.parseUnsignedLong(value) == bits;
    };
  }

  /** Whether {@code code} is the trap that the scripts call {@code text}. */
  static boolean isTrap(String text, TrapCode code) {
    return switch (code) {
      case MEMORY_OUT_OF_BOUNDS ->
          text.equals("out of bounds memory access") || text.equals("out of bounds");
      case TABLE_OUT_OF_BOUNDS ->
          text.equals("out of bounds table access") || text.equals("out of bounds");
      case UNDEFINED_ELEMENT -> text.startsWith("undefined");
      case INDIRECT_CALL_TO_NULL -> text.startsWith("uninitialized");
      case BAD_SIGNATURE -> text.startsWith("indirect call");
      case INTEGER_DIVISION_BY_ZERO -> text.equals("integer divide by zero");
      case INTEGER_OVERFLOW -> text.equals("integer overflow");
      case INVALID_CONVERSION_TO_INTEGER -> text.equals("invalid conversion to integer");
      case UNREACHABLE -> text.equals("unreachable");
      case STACK_OVERFLOW -> text.equals("call stack exhausted");
      default -> false;
    };
  }
}
