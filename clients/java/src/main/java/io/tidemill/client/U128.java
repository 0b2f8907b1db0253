package io.tidemill.client;

import com.google.protobuf.ByteString;
import java.math.BigInteger;

/** Amounts and totals on the wire: 16 bytes, little-endian; an empty field is zero. */
public final class U128 {
  private static final int LENGTH = 16;

  private U128() {}

  /** The 16 bytes of {@code value}, which must be 0 or more and less than 2^128. */
  public static ByteString toWire(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 8 * LENGTH) {
      throw new IllegalArgumentException("does not fit u128: " + value);
    }
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = value.shiftRight(8 * i).byteValue();
    }
    return ByteString.copyFrom(bytes);
  }

  /** The amount in a field of the wire. */
  public static BigInteger fromWire(ByteString field) {
    if (!field.isEmpty() && field.size() != LENGTH) {
      throw new IllegalArgumentException("u128 has 16 bytes, got " + field.size());
    }
    byte[] big = new byte[field.size()];
    for (int i = 0; i < big.length; i++) {
      big[i] = field.byteAt(big.length - 1 - i);
    }
    return new BigInteger(1, big);
  }
}
