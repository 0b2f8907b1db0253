package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.ValType;

/** Values at which things go wrong. */
final class Interesting {
  private static final long[] INTS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    31,
    32,
    63,
    64,
    255,
    256,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x1_0000_0000L
  };
  private static final int[] FLOATS = {
    0,
    0x8000_0000,
    0x3F80_0000,
    0xBF80_0000,
    0x3F00_0000,
    0x7F80_0000,
    0xFF80_0000,
    0x7FC0_0000,
    0xFFC0_0000,
    0x7FA0_0001,
    0xFF80_0001,
    0x7FFF_FFFF,
    1,
    0x807F_FFFF,
    0x0080_0000,
    0x7F7F_FFFF,
    0x4F00_0000,
    0xCF00_0000,
    0x4F80_0000,
    0x5F00_0000,
    0xDF00_0000,
    0x5F80_0000,
    0x4EFF_FFFF,
    0x4B00_0001,
    0x3EFF_FFFF,
    0x4020_0000,
    0xC020_0000
  };

  private Interesting() {}

  /** Raw bits of {@code type}; an i32 or f32 is in the low half. */
  static long bits(ValType type, Chance chance) {
    return switch (type) {
      case I32 -> integer(chance) & 0xFFFF_FFFFL;
      case I64 -> integer(chance);
      case F32 -> single(chance) & 0xFFFF_FFFFL;
      case F64 -> real(chance);
    };
  }

  private static long integer(Chance chance) {
    return switch (chance.below(4)) {
      case 0 -> chance.bits();
      case 1 -> chance.below(100);
      default -> INTS[chance.below(INTS.length)];
    };
  }

  private static int single(Chance chance) {
    return chance.percent(25) ? (int) chance.bits() : FLOATS[chance.below(FLOATS.length)];
  }

  private static long real(Chance chance) {
    return switch (chance.below(5)) {
      case 0 -> chance.bits();
      case 1 -> 0x7FF0_0000_0000_0000L | chance.bits();
      case 2 -> Double.doubleToRawLongBits(integer(chance));
      default -> Double.doubleToRawLongBits(Float.intBitsToFloat(FLOATS[chance.below(7)]));
    };
  }
}
