package io.tidemill.executor.wasm;

/**
 * Why the machine stopped a contract. The numbers are consensus data: they stand in receipts and in
 * the proto enum and are never reused. Source: host-abi 4.2, decisions O7.
 */
public enum TrapCode {
  OUT_OF_FUEL(1),
  MEMORY_OUT_OF_BOUNDS(2),
  TABLE_OUT_OF_BOUNDS(3),
  UNDEFINED_ELEMENT(4),
  INDIRECT_CALL_TO_NULL(5),
  BAD_SIGNATURE(6),
  INTEGER_DIVISION_BY_ZERO(7),
  INTEGER_OVERFLOW(8),
  INVALID_CONVERSION_TO_INTEGER(9),
  UNREACHABLE(10),
  STACK_OVERFLOW(11),
  VIEW_FUNCTION_STATE_MODIFY(12),
  STORAGE_VALUE_TOO_LARGE(13),
  RETURN_DATA_TOO_LARGE(14),
  HASH_INPUT_TOO_LARGE(15),
  MESSAGE_TOO_LARGE(16),
  BALANCE_OVERFLOW(17),
  CALL_DEPTH_EXCEEDED(18),
  WRITE_LOCKED_SLOT(19),
  /** The callee's declared memory does not fit the transaction's budget (decisions W5). */
  MEMORY_BUDGET_EXCEEDED(20),
  /**
   * A slot key, buffer size or other argument that a void host function cannot refuse with a code.
   */
  INVALID_HOST_ARGUMENT(21);

  private final int number;

  TrapCode(int number) {
    this.number = number;
  }

  /** The number that receipts carry. */
  public int number() {
    return number;
  }
}
