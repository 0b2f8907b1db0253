package io.tidemill.executor.abi;

/**
 * Why a section is not an ABI.
 *
 * @param offset of the first wrong byte, from the start of the section's payload
 * @param detail what was expected and what was there, for a person
 */
public record AbiError(Rule rule, int offset, String detail) {
  /** The rules a section can break while it is decoded. Source: host-abi 8, rows 11 to 13. */
  public enum Rule {
    /** The version is newer than this chain supports, or not a version at all. */
    UNSUPPORTED_VERSION("UnsupportedAbiVersion"),
    /** The bytes end inside a field, or a count claims more than there is. */
    TRUNCATED("AbiDecode"),
    /** Bytes follow the last field. */
    TRAILING_BYTES("AbiDecode"),
    /** A tag of a variant, option or type is not one that exists. */
    BAD_TAG("AbiDecode"),
    /** A string is not UTF-8. */
    BAD_TEXT("AbiDecode"),
    /** A type nests deeper than {@link ParamType#MAX_DEPTH}. */
    TOO_DEEP("AbiDecode"),
    /** An index does not fit. */
    BAD_INDEX("AbiDecode");

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
    return rule.rejection() + ": " + detail + " (" + ContractAbi.SECTION + " byte " + offset + ")";
  }
}
