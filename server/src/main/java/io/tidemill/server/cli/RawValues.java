package io.tidemill.server.cli;

import io.tidemill.executor.wasm.ValType;
import java.util.Locale;

/** Wasm values as a person writes and reads them. */
final class RawValues {
  private RawValues() {}

  /** The name of a type in the text format. */
  static String name(ValType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The raw bits of a number in decimal, or in hexadecimal after 0x: for floats the bit pattern.
   *
   * @throws NumberFormatException if it is no number of that type
   */
  static long parse(ValType type, String text) {
    if (text.startsWith("0x") || text.startsWith("0X")) {
      final boolean half = type == ValType.I32 || type == ValType.F32;
      final String digits = text.substring(2);
      return half ? Integer.parseUnsignedInt(digits, 16) : Long.parseUnsignedLong(digits, 16);
    }
    return switch (type) {
      case I32 -> text.startsWith("-") ? Integer.parseInt(text) : Integer.parseUnsignedInt(text);
      case I64 -> text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
      case F32 -> Float.floatToRawIntBits(Float.parseFloat(text));
      case F64 -> Double.doubleToRawLongBits(Double.parseDouble(text));
    };
  }

  /** The number in decimal; integers as signed ones. */
  static String text(ValType type, long bits) {
    return switch (type) {
      case I32 -> Integer.toString((int) bits);
      case I64 -> Long.toString(bits);
      case F32 -> Float.toString(Float.intBitsToFloat((int) bits));
      case F64 -> Double.toString(Double.longBitsToDouble(bits));
    };
  }

  /** The bit pattern. */
  static String hex(ValType type, long bits) {
    return type == ValType.I32 || type == ValType.F32
        ? String.format(Locale.ROOT, "%08x", (int) bits)
        : String.format(Locale.ROOT, "%016x", bits);
  }
}
