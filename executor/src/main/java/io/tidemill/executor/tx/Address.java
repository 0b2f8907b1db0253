package io.tidemill.executor.tx;

import io.tidemill.state.hash.Hash32;

/** The 32 bytes that name an account. Source: state-and-transactions 2.2. */
public record Address(Hash32 raw) implements Comparable<Address> {
  /** The reserved target of deploys and of envelope transactions. */
  public static final Address ZERO = new Address(Hash32.ZERO);

  /** The address whose bytes start at {@code offset}. */
  public static Address at(byte[] bytes, int offset) {
    return new Address(Hash32.at(bytes, offset));
  }

  /** Whether it is the reserved zero address. */
  public boolean isZero() {
    return raw.isZero();
  }

  /** A fresh array with the 32 bytes. */
  public byte[] toBytes() {
    return raw.toBytes();
  }

  @Override
  public int compareTo(Address other) {
    return raw.compareTo(other.raw);
  }

  @Override
  public String toString() {
    return raw.toHex();
  }
}
