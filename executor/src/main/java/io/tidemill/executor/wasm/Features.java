package io.tidemill.executor.wasm;

/**
 * Names the proposal that a refused byte belongs to, so that a developer learns which compiler flag
 * to drop. Source: decisions W1; the opcode spaces of the WebAssembly proposals.
 */
final class Features {
  private Features() {}

  /** The refusal of a single-byte opcode, or of a prefix byte, that the profile does not have. */
  static InvalidModuleException refuse(int opcode, int offset) {
    final ModuleRule rule =
        switch (opcode) {
          case 0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F -> ModuleRule.FEATURE_EXCEPTIONS;
          case 0x12, 0x13 -> ModuleRule.FEATURE_TAIL_CALL;
          case 0x14, 0x15, 0xD3, 0xD4, 0xD5, 0xD6 -> ModuleRule.FEATURE_FUNCTION_REFERENCES;
          case 0x1C, 0x25, 0x26, 0xD0, 0xD1, 0xD2 -> ModuleRule.FEATURE_REFERENCE_TYPES;
          case 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6 -> ModuleRule.FEATURE_STACK_SWITCHING;
          case 0xFB -> ModuleRule.FEATURE_GC;
          case 0xFD -> ModuleRule.FEATURE_SIMD;
          case 0xFE -> ModuleRule.FEATURE_THREADS;
          default -> ModuleRule.OPCODE;
        };
    return new InvalidModuleException(
        rule, offset, "no instruction of the profile: opcode 0x" + Integer.toHexString(opcode));
  }

  /** The refusal of an opcode behind a prefix byte. */
  static InvalidModuleException refusePrefixed(int prefix, int sub, int offset) {
    final ModuleRule rule =
        switch (sub) {
          case 15, 16, 17 -> ModuleRule.FEATURE_REFERENCE_TYPES;
          case 19, 20, 21, 22 -> ModuleRule.FEATURE_WIDE_ARITHMETIC;
          default -> ModuleRule.OPCODE;
        };
    return new InvalidModuleException(
        rule,
        offset,
        "no instruction of the profile: opcode 0x"
            + Integer.toHexString(prefix)
            + " "
            + Integer.toUnsignedString(sub));
  }

  /** The value type with byte {@code code}, or a refusal at {@code offset}. */
  static ValType valueType(int code, int offset) {
    return switch (code) {
      case 0x7F -> ValType.I32;
      case 0x7E -> ValType.I64;
      case 0x7D -> ValType.F32;
      case 0x7C -> ValType.F64;
      default -> throw refuseType(code, offset);
    };
  }

  /** The refusal of a byte that stands where a type is expected. */
  static InvalidModuleException refuseType(int code, int offset) {
    final ModuleRule rule =
        switch (code) {
          case 0x7B -> ModuleRule.FEATURE_SIMD;
          case 0x70, 0x6F -> ModuleRule.FEATURE_REFERENCE_TYPES;
          case 0x69, 0x74 -> ModuleRule.FEATURE_EXCEPTIONS;
          case 0x63, 0x64 -> ModuleRule.FEATURE_FUNCTION_REFERENCES;
          case 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x71, 0x72, 0x73, 0x77, 0x78 -> ModuleRule.FEATURE_GC;
          case 0x75, 0x68 -> ModuleRule.FEATURE_STACK_SWITCHING;
          default -> ModuleRule.VALUE_TYPE;
        };
    return new InvalidModuleException(
        rule, offset, "not a value type of the profile: 0x" + Integer.toHexString(code));
  }
}
