package io.tidemill.executor;

/**
 * Why a transaction did not run, or why its result was refused, apart from traps (which have
 * numbers below 100). The numbers are consensus data and never reused. Source: host-abi 4.3, 8;
 * decisions O7, S1.
 */
public enum RejectCode {
  DECODE_FAILED(100, Outcome.NOT_EXECUTED),
  WRONG_CHAIN_ID(101, Outcome.NOT_EXECUTED),
  SENDER_MISSING(102, Outcome.NOT_EXECUTED),
  NO_AUTH_KEYS(103, Outcome.NOT_EXECUTED),
  SIGNATURE_INVALID(104, Outcome.NOT_EXECUTED),
  NONCE_OUT_OF_WINDOW(105, Outcome.NOT_EXECUTED),
  DEADLINE_EXPIRED(106, Outcome.NOT_EXECUTED),
  PAUSED(107, Outcome.NOT_EXECUTED),
  LIMIT_EXCEEDED(108, Outcome.NOT_EXECUTED),
  SKIPPED(109, Outcome.NOT_EXECUTED),
  QUARANTINED_CODE(110, Outcome.NOT_EXECUTED),

  INSUFFICIENT_BALANCE(120, Outcome.INSUFFICIENT),
  GAS_TANK_EXHAUSTED(121, Outcome.INSUFFICIENT),

  MALFORMED_PAYLOAD(140, Outcome.REJECTED),
  INVALID_FUNCTION_NAME(141, Outcome.REJECTED),
  CONSTRUCTOR_LOCKOUT(142, Outcome.REJECTED),
  NOT_PAYABLE(143, Outcome.REJECTED),
  INVALID_RECIPIENT(144, Outcome.REJECTED),
  SPONSORSHIP_REJECTED(145, Outcome.REJECTED),
  PRECONDITION_FAILED(146, Outcome.REJECTED),
  INVALID_NAME(147, Outcome.REJECTED),
  NAME_TAKEN(148, Outcome.REJECTED),
  ADDRESS_OCCUPIED(149, Outcome.REJECTED),
  PREFIX_COLLISION(150, Outcome.REJECTED),
  NOT_OWNER(151, Outcome.REJECTED),
  BUNDLE_INVALID(152, Outcome.REJECTED),

  // Rows 7 to 25 of the deploy gate; the rule and the place are in the return data.
  /** Row 7: not a valid module. */
  MODULE_REFUSED(170, Outcome.REJECTED),
  FEATURE_DISABLED(171, Outcome.REJECTED),
  MODULE_LIMIT_EXCEEDED(172, Outcome.REJECTED),
  FORBIDDEN_IMPORT(173, Outcome.REJECTED),
  PARACHAIN_ONLY(174, Outcome.REJECTED),
  IMPORT_TYPE_MISMATCH(175, Outcome.REJECTED),
  MISSING_MEMORY_EXPORT(176, Outcome.REJECTED),
  MISSING_ABI_SECTION(177, Outcome.REJECTED),
  DUPLICATE_ABI_SECTION(178, Outcome.REJECTED),
  UNSUPPORTED_ABI_VERSION(179, Outcome.REJECTED),
  ABI_DECODE(180, Outcome.REJECTED),
  CONTRACT_TYPE_MISMATCH(181, Outcome.REJECTED),
  DECLARED_FUNCTION_MISSING(182, Outcome.REJECTED),
  UNDECLARED_EXPORT(183, Outcome.REJECTED),
  INVALID_ENTRY_POINT_SIGNATURE(184, Outcome.REJECTED),
  INCOMPATIBLE_ATTRIBUTES(185, Outcome.REJECTED),
  DUPLICATE_FUNCTION(186, Outcome.REJECTED),
  MULTIPLE_DISPATCH_FUNCTIONS(187, Outcome.REJECTED),
  DISPATCH_INDEX_OUT_OF_BOUNDS(188, Outcome.REJECTED),
  DISPATCH_INDEX_ATTRIBUTE_MISMATCH(189, Outcome.REJECTED),
  VARIABLE_LENGTH_VEC_IN_STATE_FIELD(190, Outcome.REJECTED),
  UNDEFINED_TYPE(191, Outcome.REJECTED),
  CYCLIC_STRUCT_DEFINITION(192, Outcome.REJECTED),
  DUPLICATE_ENUM_VARIANT(193, Outcome.REJECTED),
  TOO_MANY_MAP_KEYS(194, Outcome.REJECTED),
  VIEW_MUTATES_STATE(195, Outcome.REJECTED),
  COMPILE_FAILED(196, Outcome.REJECTED),
  /** Row 21: a field or type declared twice, or a map key that cannot be one. */
  INVALID_STATE_SCHEMA(197, Outcome.REJECTED),

  /** The contract chose to revert. */
  REVERTED(200, Outcome.EXECUTED);

  /** The outcome classes of state-and-transactions 1.7. */
  public enum Outcome {
    NOT_EXECUTED,
    REJECTED,
    INSUFFICIENT,
    EXECUTED
  }

  private final int number;
  private final Outcome outcome;

  RejectCode(int number, Outcome outcome) {
    this.number = number;
    this.outcome = outcome;
  }

  /** The number that receipts carry. */
  public int number() {
    return number;
  }

  /** What is charged and whether the nonce is consumed. */
  public Outcome outcome() {
    return outcome;
  }
}
