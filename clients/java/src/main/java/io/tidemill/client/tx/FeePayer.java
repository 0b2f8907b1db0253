package io.tidemill.client.tx;

/** Who pays the fee of a transaction. */
public sealed interface FeePayer {
  /** The sender. */
  FeePayer SENDER = new Sender();

  /** The gas tank of the called contract. */
  FeePayer GAS_TANK = new GasTank();

  /** The sender: tag 0. */
  record Sender() implements FeePayer {}

  /** The gas tank of the called contract: tag 1. */
  record GasTank() implements FeePayer {}

  /** A contract that agrees to pay: tag 2 and its address. */
  record Paymaster(Address address) implements FeePayer {}
}
