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

  /** A row of the deploy gate failed; the rule is in the return data. */
  MODULE_REFUSED(170, Class.REJECTED),

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
