package io.tidemill.executor.host;

/** The result codes that host functions return to contracts. Source: host-abi 4.1. */
final class HostCode {
  static final int OK = 0;
  static final int INVALID_INPUT = -1;
  static final int MISSING = -1;
  static final int INSUFFICIENT_BALANCE = -3;
  static final int FORBIDDEN = -5;
  static final int OUTPUT_BUFFER_TOO_SMALL = -7;
  static final int INVALID_ADDRESS = -8;
  static final int REENTRANCY_BLOCKED = -9;
  static final int CALL_FAILED = -10;
  static final int CALL_OUT_OF_GAS = -11;
  static final int NOT_PAYABLE = -12;
  static final int INVALID_FUNCTION_NAME = -13;
  static final int RATE_LIMITED = -14;
  static final int PARACHAIN_ONLY = -15;
  static final int CIPHERTEXT_INVALID = -16;
  static final int SIGNATURE_INVALID = -17;
  static final int NO_SCHEMA = -30;
  static final int UNKNOWN_FIELD = -31;
  static final int FIELD_KIND = -32;
  static final int KEY_LENGTH = -33;
  static final int VALUE_LENGTH = -34;
  static final int CONSTRUCTOR_REVERTED = -40;
  static final int TEMPLATE_NOT_FOUND = -43;
  static final int CHILD_OCCUPIED = -44;
  static final int CONSTRUCTOR_MISMATCH = -45;
  static final int PREFIX_COLLISION = -46;
  static final int TOO_MANY_CHILDREN = -48;

  private HostCode() {}
}
