package io.tidemill.executor.abi;

/**
 * One rule that a well-formed ABI breaks.
 *
 * @param subject the function, field, event or type it is about
 * @param detail what is wrong, for a person
 */
public record AbiViolation(Rule rule, String subject, String detail) {
  /** The rules, in the order in which they are checked. Source: host-abi 8, rows 18 to 21. */
  public enum Rule {
    DUPLICATE_FUNCTION("DuplicateFunction"),
    INCOMPATIBLE_ATTRIBUTES("IncompatibleAttributes"),
    MULTIPLE_DISPATCH_FUNCTIONS("MultipleDispatchFunctions"),
    DISPATCH_INDEX_OUT_OF_BOUNDS("DispatchIndexOutOfBounds"),
    DISPATCH_INDEX_ATTR_MISMATCH("DispatchIndexAttrMismatch"),
    DUPLICATE_STATE_FIELD("DuplicateStateField"),
    MAP_ARITY("MapArity"),
    INVALID_MAP_KEY("InvalidMapKey"),
    VARIABLE_LENGTH_VEC("VariableLengthVecInStateField"),
    DUPLICATE_TYPE("DuplicateType"),
    DUPLICATE_ENUM_VARIANT("DuplicateEnumVariant"),
    UNDEFINED_TYPE("UndefinedType"),
    CYCLIC_STRUCT("CyclicStructDefinition");

    private final String rejection;

    Rule(String rejection) {
      this.rejection = rejection;
    }

    /** The name of the rejection in receipts and reports. */
    public String rejection() {
      return rejection;
    }
  }

  @Override
  public String toString() {
    return rule.rejection() + "(" + subject + "): " + detail;
  }
}
