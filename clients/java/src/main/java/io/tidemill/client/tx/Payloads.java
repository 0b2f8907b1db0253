package io.tidemill.client.tx;

import io.tidemill.client.codec.BorshWriter;

/** What the data field of a transaction holds. */
public final class Payloads {
  private Payloads() {}

  /**
   * The data of a contract call: the name of the function and its arguments.
   *
   * @param calldata the arguments, Borsh, one after the other
   */
  public static byte[] call(String function, byte[] calldata) {
    return new BorshWriter().string(function).bytes(calldata).toBytes();
  }

  /**
   * The data of a deployment of a contract.
   *
   * @param name 1 to 32 of a-z, 0-9 and single inner dashes
   * @param initCalldata the arguments of the constructor
   */
  public static byte[] deploy(String name, byte[] wasm, byte[] initCalldata) {
    return deploy(name, wasm, false, initCalldata);
  }

  /** The data of a deployment of a contract or of a parachain module. */
  public static byte[] deploy(String name, byte[] wasm, boolean parachain, byte[] initCalldata) {
    return new BorshWriter()
        .string(name)
        .bytes(wasm)
        .u8(parachain ? 1 : 0)
        .bytes(initCalldata)
        .toBytes();
  }
}
