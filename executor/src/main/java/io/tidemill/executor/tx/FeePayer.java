package io.tidemill.executor.tx;

/** Who pays for a transaction. Source: state-and-transactions 1.1, decisions S13. */
public sealed interface FeePayer {
  /** The sender's balance. Tag 0. */
  record Sender() implements FeePayer {}

  /** The gas tank of the target contract, for its SPONSORED functions. Tag 1. */
  record GasTank() implements FeePayer {}

  /** The gas tank of a contract that agrees when asked. Tag 2. */
  record Paymaster(Address address) implements FeePayer {}

  FeePayer SENDER = new Sender();
  FeePayer GAS_TANK = new GasTank();
}
