package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/** Value types as bytes, and what each instruction with a fixed type pops and pushes. */
final class OperandTypes {
  /** The type of a value that dead code conjures up. */
  static final byte UNKNOWN = 0;

  static final byte I32 = 0x7F;
  static final byte[] NONE = {};

  private static final byte[][] SINGLE = {{0x7F}, {0x7E}, {0x7D}, {0x7C}};
  private static final byte[] @Nullable [] OPERANDS = new byte[OpcodeTable.size()][];
  private static final byte[][] RESULTS = new byte[OpcodeTable.size()][];

  static {
    for (int i = 0; i < OPERANDS.length; i++) {
      final String signature =
          OpcodeTable.signature(i < 256 ? i : Opcodes.PREFIX_FC << 8 | (i - 256));
      RESULTS[i] = NONE;
      if (signature != null) {
        final int colon = signature.indexOf(':');
        OPERANDS[i] = codes(signature.substring(0, colon));
        RESULTS[i] = codes(signature.substring(colon + 1));
      }
    }
  }

  private OperandTypes() {}

  private static byte[] codes(String letters) {
    final byte[] codes = new byte[letters.length()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = SINGLE["ilfd".indexOf(letters.charAt(i))][0];
    }
    return codes;
  }

  /** What {@code opcode} pops, or null where that depends on more than the opcode. */
  static byte @Nullable [] operands(int opcode) {
    return OPERANDS[OpcodeTable.index(opcode)];
  }

  /** What {@code opcode} pushes. */
  static byte[] results(int opcode) {
    return RESULTS[OpcodeTable.index(opcode)];
  }

  /** The results of a block whose type is a value type or empty. */
  static byte[] single(int blockType) {
    return blockType == OperatorReader.BLOCK_EMPTY ? NONE : SINGLE[-1 - blockType];
  }
}
