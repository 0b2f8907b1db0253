package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import org.jspecify.annotations.Nullable;

/**
 * The data of a deploy: Borsh {name string, wasm bytes, contract_type u8, init_calldata bytes}.
 * Source: state-and-transactions 1.9, host-abi 1.11.
 *
 * @param contractType 0 contract, 1 parachain
 */
public record DeployData(String name, byte[] wasm, int contractType, byte[] initCalldata) {
  /** The payload in {@code data}, or null when it is none. */
  public static @Nullable DeployData decode(byte[] data) {
    try {
      final BorshReader in = new BorshReader(data);
      final String name = in.string("name");
      final byte[] wasm = in.bytes("wasm_bytes");
      final int contractType = in.tag("contract_type", 2);
      final byte[] initCalldata = in.bytes("init_calldata");
      in.end("deploy data");
      return new DeployData(name, wasm, contractType, initCalldata);
    } catch (BorshException e) {
      return null;
    }
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    return new BorshWriter(64 + wasm.length + initCalldata.length)
        .string(name)
        .bytes(wasm)
        .u8(contractType)
        .bytes(initCalldata)
        .toBytes();
  }
}
