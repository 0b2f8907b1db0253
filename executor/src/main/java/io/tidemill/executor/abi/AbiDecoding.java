package io.tidemill.executor.abi;

/** What decoding came to. */
public sealed interface AbiDecoding {
  /** The section is well formed; whether its content is legal is for {@link AbiRules}. */
  record Decoded(ContractAbi abi) implements AbiDecoding {}

  /** The section is not an ABI. */
  record Refused(AbiError error) implements AbiDecoding {}
}
