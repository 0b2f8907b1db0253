package io.tidemill.server.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/** Fields that are bytes: hashes and addresses of 32, amounts of 16 little-endian. */
public final class Fields {
  private Fields() {}

  /**
   * Exactly 32 bytes.
   *
   * @throws Refusal if there are not
   */
  public static Hash32 hash(ByteString bytes, String field) {
    if (bytes.size() != Hash32.LENGTH) {
      throw Refusal.field(field, "expected 32 bytes, got " + bytes.size());
    }
    return Hash32.of(bytes.toByteArray());
  }

  /** Exactly 32 bytes, or none for zero. */
  public static Hash32 hashOrZero(ByteString bytes, String field) {
    return bytes.isEmpty() ? Hash32.ZERO : hash(bytes, field);
  }

  /** Exactly 32 bytes. */
  public static Address address(ByteString bytes, String field) {
    return new Address(hash(bytes, field));
  }

  /** Exactly 32 bytes, or none for the zero address. */
  public static Address addressOrZero(ByteString bytes, String field) {
    return new Address(hashOrZero(bytes, field));
  }

  /** Exactly 16 bytes, or none for zero. */
  public static U128 u128(ByteString bytes, String field) {
    if (bytes.isEmpty()) {
      return U128.ZERO;
    }
    if (bytes.size() != U128.LENGTH) {
      throw Refusal.field(field, "expected 16 bytes, got " + bytes.size());
    }
    return U128.at(bytes.toByteArray(), 0);
  }

  /** As many hashes as {@code limit} allows, which is {@code maximum}. */
  public static List<Hash32> hashes(
      List<ByteString> items, String field, Limit limit, int maximum) {
    if (items.size() > maximum) {
      throw Refusal.limit(limit, items.size(), maximum);
    }
    final List<Hash32> hashes = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      hashes.add(hash(items.get(i), field + "[" + i + "]"));
    }
    return hashes;
  }

  /** The 32 bytes on the wire. */
  public static ByteString bytes(Hash32 hash) {
    return UnsafeByteOperations.unsafeWrap(hash.toBytes());
  }

  /** The 32 bytes on the wire. */
  public static ByteString bytes(Address address) {
    return bytes(address.raw());
  }

  /** The 16 bytes on the wire. */
  public static ByteString bytes(U128 amount) {
    return UnsafeByteOperations.unsafeWrap(amount.toBytes());
  }

  /** Bytes that nobody changes afterwards, without a copy. */
  public static ByteString wrap(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
