package io.tidemill.server.dev;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A system entry of development chains. Its bytes begin with a marker that no slashing evidence
 * has, so that every other node refuses a wave that carries one:
 *
 * <pre>
 * "tidemill-dev/1" | kind u8 | address 32 |
 *   0 balance u128 | 1 nonce u64 | 2 slot 32, option bytes | 3 wasm bytes | 4 nothing
 * </pre>
 */
sealed interface DevChange {
  /** Whose account it is. */
  Address address();

  /** Sets the balance in quanta. */
  record Balance(Address address, U128 balance) implements DevChange {}

  /** Sets the base of the nonce window and clears the window. */
  record Nonce(Address address, long nonce) implements DevChange {}

  /** Sets a slot of a contract; a null value deletes it. */
  record Slot(Address address, Hash32 slot, byte @Nullable [] value) implements DevChange {}

  /** Puts a module at an address. */
  record Code(Address address, byte[] wasm) implements DevChange {}

  /** Lets the account send transactions of this wave without a key. */
  record Impersonation(Address address) implements DevChange {}

  /** Its bytes. */
  default byte[] encode() {
    final BorshWriter out = new BorshWriter().fixed(Marker.BYTES);
    switch (this) {
      case Balance(Address address, U128 balance) -> {
        out.u8(0).hash32(address.raw());
        balance.write(out);
      }
      case Nonce(Address address, long nonce) -> out.u8(1).hash32(address.raw()).u64(nonce);
      case Slot(Address address, Hash32 slot, byte @Nullable [] value) -> {
        out.u8(2).hash32(address.raw()).hash32(slot).bool(value != null);
        if (value != null) {
          out.bytes(value);
        }
      }
      case Code(Address address, byte[] wasm) -> out.u8(3).hash32(address.raw()).bytes(wasm);
      case Impersonation(Address address) -> out.u8(4).hash32(address.raw());
    }
    return out.toBytes();
  }

  /** The change in {@code entry}, or null when it is another kind of entry. */
  static @Nullable DevChange decode(byte[] entry) {
    if (entry.length < Marker.BYTES.length
        || !Arrays.equals(entry, 0, Marker.BYTES.length, Marker.BYTES, 0, Marker.BYTES.length)) {
      return null;
    }
    try {
      final BorshReader in =
          new BorshReader(entry, Marker.BYTES.length, entry.length - Marker.BYTES.length);
      final int kind = in.tag("kind", 5);
      final Address address = new Address(in.hash32("address"));
      final DevChange change =
          switch (kind) {
            case 0 -> new Balance(address, U128.read(in, "balance"));
            case 1 -> new Nonce(address, in.u64("nonce"));
            case 2 ->
                new Slot(address, in.hash32("slot"), in.option("value") ? in.bytes("value") : null);
            case 3 -> new Code(address, in.bytes("wasm"));
            default -> new Impersonation(address);
          };
      in.end("entry");
      return change;
    } catch (BorshException e) {
      return null;
    }
  }

  /** What the bytes begin with. */
  final class Marker {
    private static final byte[] BYTES = "tidemill-dev/1".getBytes(StandardCharsets.US_ASCII);

    private Marker() {}
  }
}
