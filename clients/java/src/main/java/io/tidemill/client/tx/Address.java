package io.tidemill.client.tx;

import com.google.protobuf.ByteString;
import io.tidemill.client.hash.Poseidon2;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The 32 bytes that name an account. Every family of addresses is Poseidon2 of its own preimage.
 */
public record Address(ByteString raw) {
  /** The length in bytes. */
  public static final int LENGTH = 32;

  /** The reserved target of deployments and of envelope transactions. */
  public static final Address ZERO = of(new byte[LENGTH]);

  /** Checks the length. */
  public Address {
    if (raw.size() != LENGTH) {
      throw new IllegalArgumentException("an address has 32 bytes, got " + raw.size());
    }
  }

  /** The address with these 32 bytes. */
  public static Address of(byte[] bytes) {
    return new Address(ByteString.copyFrom(bytes));
  }

  /** The address written as 64 hexadecimal digits, with or without {@code 0x}. */
  public static Address fromHex(String hex) {
    return of(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
  }

  /** The account of a FALCON-512 public key of 897 bytes. */
  public static Address ofPublicKey(byte[] publicKey) {
    return of(Poseidon2.hash(publicKey));
  }

  /** A contract by its registered name. */
  public static Address ofContract(String name) {
    return prefixed("pyde-contract:", name);
  }

  /** A parachain by its registered name. */
  public static Address ofParachain(String name) {
    return prefixed("pyde-parachain:", name);
  }

  /** An account of the system, for instance {@code pyde-treasury}. */
  public static Address ofSystem(String name) {
    return prefixed("", name);
  }

  /** What {@code instantiate} creates; {@code template} and {@code salt} have 32 bytes. */
  public static Address ofChild(Address parent, byte[] template, byte[] salt) {
    return of(Poseidon2.hash(ascii("pyde-child:"), parent.toBytes(), template, salt));
  }

  /** A fresh array with the 32 bytes. */
  public byte[] toBytes() {
    return raw.toByteArray();
  }

  /** The 64 lower-case hexadecimal digits. */
  public String toHex() {
    return HexFormat.of().formatHex(toBytes());
  }

  @Override
  public String toString() {
    return toHex();
  }

  private static Address prefixed(String prefix, String name) {
    return of(Poseidon2.hash(ascii(prefix), ascii(name)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
