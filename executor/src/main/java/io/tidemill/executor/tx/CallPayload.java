package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import org.jspecify.annotations.Nullable;

/**
 * The data of a contract call: Borsh {function string, calldata bytes}. Source:
 * state-and-transactions 1.8.
 */
public record CallPayload(String function, byte[] calldata) {
  /** The payload in {@code data}, or null when it is none. */
  public static @Nullable CallPayload decode(byte[] data) {
    try {
      final BorshReader in = new BorshReader(data);
      final String function = in.string("function");
      final byte[] calldata = in.bytes("calldata");
      in.end("call payload");
      return new CallPayload(function, calldata);
    } catch (BorshException e) {
      return null;
    }
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    return new BorshWriter(64 + calldata.length).string(function).bytes(calldata).toBytes();
  }
}
