package io.tidemill.executor;

/**
 * Why a transaction did not run, or why its result was refused, apart from traps (which have
 * numbers below 100). The numbers are consensus data and never reused. Source: host-abi 4.3, 8;
 * decisions O7, S1.
 */
public enum RejectCode {
  DECODE_FAILED(100, Class.NOT_EXECUTED),
  WRONG_CHAIN_ID(101, Class.NOT_EXECUTED),
  SENDER_MISSING(102, Class.NOT_EXECUTED),
  NO_AUTH_KEYS(103, Class.NOT_EXECUTED),
  SIGNATURE_INVALID(104, Class.NOT_EXECUTED),
  NONCE_OUT_OF_WINDOW(105, Class.NOT_EXECUTED),
  DEADLINE_EXPIRED(106, Class.NOT_EXECUTED),
  PAUSED(107, Class.NOT_EXECUTED),
  LIMIT_EXCEEDED(108, Class.NOT_EXECUTED),
  SKIPPED(109, Class.NOT_EXECUTED),
  QUARANTINED_CODE(110, Class.NOT_EXECUTED),

  INSUFFICIENT_BALANCE(120, Class.INSUFFICIENT),
  GAS_TANK_EXHAUSTED(121, Class.INSUFFICIENT),

  MALFORMED_PAYLOAD(140, Class.REJECTED),
  INVALID_FUNCTION_NAME(141, Class.REJECTED),
  CONSTRUCTOR_LOCKOUT(142, Class.REJECTED),
  NOT_PAYABLE(143, Class.REJECTED),
  INVALID_RECIPIENT(144, Class.REJECTED),
  SPONSORSHIP_REJECTED(145, Class.REJECTED),
  PRECONDITION_FAILED(146, Class.REJECTED),
  INVALID_NAME(147, Class.REJECTED),
  NAME_TAKEN(148, Class.REJECTED),
  ADDRESS_OCCUPIED(149, Class.REJECTED),
  PREFIX_COLLISION(150, Class.REJECTED),
  NOT_OWNER(151, Class.REJECTED),
  BUNDLE_INVALID(152, Class.REJECTED),

  // Rows 7 to 25 of the deploy gate; the rule and the place are in the return data.
  /** Row 7: not a valid module. */
  MODULE_REFUSED(170, Class.REJECTED),
  FEATURE_DISABLED(171, Class.REJECTED),
  MODULE_LIMIT_EXCEEDED(172, Class.REJECTED),
  FORBIDDEN_IMPORT(173, Class.REJECTED),
  PARACHAIN_ONLY(174, Class.REJECTED),
  IMPORT_TYPE_MISMATCH(175, Class.REJECTED),
  MISSING_MEMORY_EXPORT(176, Class.REJECTED),
  MISSING_ABI_SECTION(177, Class.REJECTED),
  DUPLICATE_ABI_SECTION(178, Class.REJECTED),
  UNSUPPORTED_ABI_VERSION(179, Class.REJECTED),
  ABI_DECODE(180, Class.REJECTED),
  CONTRACT_TYPE_MISMATCH(181, Class.REJECTED),
  DECLARED_FUNCTION_MISSING(182, Class.REJECTED),
  UNDECLARED_EXPORT(183, Class.REJECTED),
  INVALID_ENTRY_POINT_SIGNATURE(184, Class.REJECTED),
  INCOMPATIBLE_ATTRIBUTES(185, Class.REJECTED),
  DUPLICATE_FUNCTION(186, Class.REJECTED),
  MULTIPLE_DISPATCH_FUNCTIONS(187, Class.REJECTED),
  DISPATCH_INDEX_OUT_OF_BOUNDS(188, Class.REJECTED),
  DISPATCH_INDEX_ATTRIBUTE_MISMATCH(189, Class.REJECTED),
  VARIABLE_LENGTH_VEC_IN_STATE_FIELD(190, Class.REJECTED),
  UNDEFINED_TYPE(191, Class.REJECTED),
  CYCLIC_STRUCT_DEFINITION(192, Class.REJECTED),
  DUPLICATE_ENUM_VARIANT(193, Class.REJECTED),
  TOO_MANY_MAP_KEYS(194, Class.REJECTED),
  VIEW_MUTATES_STATE(195, Class.REJECTED),
  COMPILE_FAILED(196, Class.REJECTED),

  /** The contract chose to revert. */
  REVERTED(200, Class.EXECUTED);

  /** The outcome classes of state-and-transactions 1.7. */
  public enum Class {
    NOT_EXECUTED,
    REJECTED,
    INSUFFICIENT,
    EXECUTED
  }

  private final int number;
  private final Class outcome;

  RejectCode(int number, Class outcome) {
    this.number = number;
    this.outcome = outcome;
  }

  /** The number that receipts carry. */
  public int number() {
    return number;
  }

  /** What is charged and whether the nonce is consumed. */
  public Class outcome() {
    return outcome;
  }
}
