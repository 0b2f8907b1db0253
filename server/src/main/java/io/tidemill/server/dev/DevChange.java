package io.tidemill.server.dev;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A system entry of development chains. Its bytes begin with a marker that no slashing evidence
 * has, so that every other node refuses a wave that carries one:
 *
 * <pre>
 * "tidemill-dev/1" | kind u8 |
 *   0 balance: address 32, u128 | 1 nonce: address 32, u64 | 2 slot: address 32, slot 32, option bytes |
 *   3 code: address 32, code hash 32 | 4 impersonation: address 32 |
 *   5 values: vec of raw key 32, option bytes | 6 part of a module: bytes, last bool |
 *   7 funding: address 32, balance u128, public key bytes
 * </pre>
 */
sealed interface DevChange {
  /** Bytes of one entry, below what every node accepts. */
  int MAX_BYTES = 60_000;

  /** Sets the balance in quanta. */
  record Balance(Address address, U128 balance) implements DevChange {}

  /** Sets the base of the nonce window and clears the window. */
  record Nonce(Address address, long nonce) implements DevChange {}

  /** Sets a slot of a contract; a null value deletes it. */
  record Slot(Address address, Hash32 slot, byte @Nullable [] value) implements DevChange {}

  /** Makes an address a contract with this code, of the state or of the parts before. */
  record Code(Address address, Hash32 codeHash) implements DevChange {}

  /** Lets the account send transactions of this wave without a key. */
  record Impersonation(Address address) implements DevChange {}

  /** Sets values under raw keys. */
  record Values(List<Value> values) implements DevChange {
    public Values {
      values = List.copyOf(values);
    }
  }

  /** A value under a raw key; null deletes it. */
  record Value(Hash32 key, byte @Nullable [] value) {
    /** About how many bytes it takes in an entry. */
    int size() {
      return Hash32.LENGTH + 5 + (value == null ? 0 : value.length);
    }
  }

  /** Some bytes of a module, which is stored with the last of them. */
  record CodePart(byte[] bytes, boolean last) implements DevChange {}

  /** Lets the owner of a key use the account, which has at least this balance then. */
  record Funding(Address address, U128 balance, byte[] publicKey) implements DevChange {}

  /** The entries that bring a module. */
  static List<DevChange> module(byte[] wasm) {
    final List<DevChange> parts = new ArrayList<>();
    for (int at = 0; at == 0 || at < wasm.length; at += MAX_BYTES) {
      final int end = Math.min(wasm.length, at + MAX_BYTES);
      parts.add(new CodePart(Arrays.copyOfRange(wasm, at, end), end == wasm.length));
    }
    return parts;
  }

  /** Its bytes. */
  default byte[] encode() {
    final BorshWriter out = new BorshWriter().fixed(Marker.BYTES);
    switch (this) {
      case Balance(Address address, U128 balance) -> {
        out.u8(0).hash32(address.raw());
        balance.write(out);
      }
      case Nonce(Address address, long nonce) -> out.u8(1).hash32(address.raw()).u64(nonce);
      case Slot(Address address, Hash32 slot, byte @Nullable [] value) ->
          option(out.u8(2).hash32(address.raw()).hash32(slot), value);
      case Code(Address address, Hash32 codeHash) ->
          out.u8(3).hash32(address.raw()).hash32(codeHash);
      case Impersonation(Address address) -> out.u8(4).hash32(address.raw());
      case Values(List<Value> values) -> {
        out.u8(5).u32(values.size());
        values.forEach(value -> option(out.hash32(value.key()), value.value()));
      }
      case CodePart(byte[] bytes, boolean last) -> out.u8(6).bytes(bytes).bool(last);
      case Funding(Address address, U128 balance, byte[] publicKey) -> {
        out.u8(7).hash32(address.raw());
        balance.write(out);
        out.bytes(publicKey);
      }
    }
    return out.toBytes();
  }

  private static void option(BorshWriter out, byte @Nullable [] value) {
    out.bool(value != null);
    if (value != null) {
      out.bytes(value);
    }
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
      final DevChange change =
          switch (in.tag("kind", 8)) {
            case 0 -> new Balance(address(in), U128.read(in, "balance"));
            case 1 -> new Nonce(address(in), in.u64("nonce"));
            case 2 -> new Slot(address(in), in.hash32("slot"), option(in));
            case 3 -> new Code(address(in), in.hash32("code hash"));
            case 4 -> new Impersonation(address(in));
            case 5 -> values(in);
            case 6 -> new CodePart(in.bytes("part"), in.bool("last"));
            default -> new Funding(address(in), U128.read(in, "balance"), in.bytes("key"));
          };
      in.end("entry");
      return change;
    } catch (BorshException e) {
      return null;
    }
  }

  private static Address address(BorshReader in) throws BorshException {
    return new Address(in.hash32("address"));
  }

  private static byte @Nullable [] option(BorshReader in) throws BorshException {
    return in.option("value") ? in.bytes("value") : null;
  }

  private static Values values(BorshReader in) throws BorshException {
    final int count = in.count("values", Hash32.LENGTH + 1);
    final List<Value> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(new Value(in.hash32("key"), option(in)));
    }
    return new Values(values);
  }

  /** What the bytes begin with. */
  final class Marker {
    private static final byte[] BYTES = "tidemill-dev/1".getBytes(StandardCharsets.US_ASCII);

    private Marker() {}
  }
}
