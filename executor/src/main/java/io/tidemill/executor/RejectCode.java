package io.tidemill.executor;

/**
 * Why a transaction did not run, or why its result was refused, apart from traps (which have
 * numbers below 100). The numbers are consensus data and never reused. Source: host-abi 4.3, 8;
 * decisions O7, S1.
 */
public enum RejectCode {
  DECODE_FAILED(100, OutcomeClass.NOT_EXECUTED),
  WRONG_CHAIN_ID(101, OutcomeClass.NOT_EXECUTED),
  SENDER_MISSING(102, OutcomeClass.NOT_EXECUTED),
  NO_AUTH_KEYS(103, OutcomeClass.NOT_EXECUTED),
  SIGNATURE_INVALID(104, OutcomeClass.NOT_EXECUTED),
  NONCE_OUT_OF_WINDOW(105, OutcomeClass.NOT_EXECUTED),
  DEADLINE_EXPIRED(106, OutcomeClass.NOT_EXECUTED),
  PAUSED(107, OutcomeClass.NOT_EXECUTED),
  LIMIT_EXCEEDED(108, OutcomeClass.NOT_EXECUTED),
  SKIPPED(109, OutcomeClass.NOT_EXECUTED),
  QUARANTINED_CODE(110, OutcomeClass.NOT_EXECUTED),
  /** A key registration, which is free and unsigned, that does not fit its account. */
  REGISTRATION_REFUSED(111, OutcomeClass.NOT_EXECUTED),
  /** The entry names a commitment that does not open to its bytes, or not in this wave. */
  REVEAL_MISMATCH(112, OutcomeClass.NOT_EXECUTED),

  INSUFFICIENT_BALANCE(120, OutcomeClass.INSUFFICIENT),
  GAS_TANK_EXHAUSTED(121, OutcomeClass.INSUFFICIENT),

  MALFORMED_PAYLOAD(140, OutcomeClass.REJECTED),
  INVALID_FUNCTION_NAME(141, OutcomeClass.REJECTED),
  CONSTRUCTOR_LOCKOUT(142, OutcomeClass.REJECTED),
  NOT_PAYABLE(143, OutcomeClass.REJECTED),
  INVALID_RECIPIENT(144, OutcomeClass.REJECTED),
  SPONSORSHIP_REJECTED(145, OutcomeClass.REJECTED),
  PRECONDITION_FAILED(146, OutcomeClass.REJECTED),
  INVALID_NAME(147, OutcomeClass.REJECTED),
  NAME_TAKEN(148, OutcomeClass.REJECTED),
  ADDRESS_OCCUPIED(149, OutcomeClass.REJECTED),
  PREFIX_COLLISION(150, OutcomeClass.REJECTED),
  NOT_OWNER(151, OutcomeClass.REJECTED),
  BUNDLE_INVALID(152, OutcomeClass.REJECTED),
  /** A revealed transaction moves more than its commitment allows. */
  VALUE_CEILING_EXCEEDED(153, OutcomeClass.REJECTED),

  // Rows 7 to 25 of the deploy gate; the rule and the place are in the return data.
  /** Row 7: not a valid module. */
  MODULE_REFUSED(170, OutcomeClass.REJECTED),
  FEATURE_DISABLED(171, OutcomeClass.REJECTED),
  MODULE_LIMIT_EXCEEDED(172, OutcomeClass.REJECTED),
  FORBIDDEN_IMPORT(173, OutcomeClass.REJECTED),
  PARACHAIN_ONLY(174, OutcomeClass.REJECTED),
  IMPORT_TYPE_MISMATCH(175, OutcomeClass.REJECTED),
  MISSING_MEMORY_EXPORT(176, OutcomeClass.REJECTED),
  MISSING_ABI_SECTION(177, OutcomeClass.REJECTED),
  DUPLICATE_ABI_SECTION(178, OutcomeClass.REJECTED),
  UNSUPPORTED_ABI_VERSION(179, OutcomeClass.REJECTED),
  ABI_DECODE(180, OutcomeClass.REJECTED),
  CONTRACT_TYPE_MISMATCH(181, OutcomeClass.REJECTED),
  DECLARED_FUNCTION_MISSING(182, OutcomeClass.REJECTED),
  UNDECLARED_EXPORT(183, OutcomeClass.REJECTED),
  INVALID_ENTRY_POINT_SIGNATURE(184, OutcomeClass.REJECTED),
  INCOMPATIBLE_ATTRIBUTES(185, OutcomeClass.REJECTED),
  DUPLICATE_FUNCTION(186, OutcomeClass.REJECTED),
  MULTIPLE_DISPATCH_FUNCTIONS(187, OutcomeClass.REJECTED),
  DISPATCH_INDEX_OUT_OF_BOUNDS(188, OutcomeClass.REJECTED),
  DISPATCH_INDEX_ATTRIBUTE_MISMATCH(189, OutcomeClass.REJECTED),
  VARIABLE_LENGTH_VEC_IN_STATE_FIELD(190, OutcomeClass.REJECTED),
  UNDEFINED_TYPE(191, OutcomeClass.REJECTED),
  CYCLIC_STRUCT_DEFINITION(192, OutcomeClass.REJECTED),
  DUPLICATE_ENUM_VARIANT(193, OutcomeClass.REJECTED),
  TOO_MANY_MAP_KEYS(194, OutcomeClass.REJECTED),
  VIEW_MUTATES_STATE(195, OutcomeClass.REJECTED),
  COMPILE_FAILED(196, OutcomeClass.REJECTED),
  /** Row 21: a field or type declared twice, or a map key that cannot be one. */
  INVALID_STATE_SCHEMA(197, OutcomeClass.REJECTED),

  /** The contract chose to revert. */
  REVERTED(200, OutcomeClass.EXECUTED);

  /** The outcome classes of state-and-transactions 1.7. */
  public enum OutcomeClass {
    NOT_EXECUTED,
    REJECTED,
    INSUFFICIENT,
    EXECUTED
  }

  private final int number;
  private final OutcomeClass outcome;

  RejectCode(int number, OutcomeClass outcome) {
    this.number = number;
    this.outcome = outcome;
  }

  /** The number that receipts carry. */
  public int number() {
    return number;
  }

  /** What is charged and whether the nonce is consumed. */
  public OutcomeClass outcome() {
    return outcome;
  }
}
