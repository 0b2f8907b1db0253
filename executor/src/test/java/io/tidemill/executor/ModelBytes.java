package io.tidemill.executor;

import io.tidemill.executor.tx.Address;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The payloads of native transactions as the model reads and writes them: little-endian bytes. */
final class ModelBytes {
  /** The bytes are no payload. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** One signature of a bundle. */
  record Signed(long signer, byte[] signature) {}

  /** Reads to the last byte, or the payload is malformed. */
  static final class In {
    private final ByteBuffer buffer;

    In(byte[] bytes) {
      buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean more() {
      return buffer.hasRemaining();
    }

    int left() {
      return buffer.remaining();
    }

    byte[] fixed(int length) throws Malformed {
      if (length < 0 || length > buffer.remaining()) {
        throw new Malformed();
      }
      final byte[] bytes = new byte[length];
      buffer.get(bytes);
      return bytes;
    }

    byte[] bytes() throws Malformed {
      return fixed((int) u32());
    }

    Address address() throws Malformed {
      return Address.at(fixed(32), 0);
    }

    Hash32 hash() throws Malformed {
      return Hash32.of(fixed(32));
    }

    int u8() throws Malformed {
      return fixed(1)[0] & 0xFF;
    }

    int u16() throws Malformed {
      return u8() | u8() << 8;
    }

    long u32() throws Malformed {
      return number(4).longValue();
    }

    long u64() throws Malformed {
      return number(8).longValue();
    }

    BigInteger u128() throws Malformed {
      return number(16);
    }

    private BigInteger number(int length) throws Malformed {
      final byte[] bytes = fixed(length);
      BigInteger value = BigInteger.ZERO;
      for (int i = length - 1; i >= 0; i--) {
        value = value.shiftLeft(8).or(BigInteger.valueOf(bytes[i] & 0xFF));
      }
      return value;
    }

    List<Signed> bundle() throws Malformed {
      final long count = u32();
      if (count > 16) {
        throw new Malformed();
      }
      final List<Signed> bundle = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        bundle.add(new Signed(u32(), bytes()));
      }
      return bundle;
    }

    void end() throws Malformed {
      if (more()) {
        throw new Malformed();
      }
    }
  }

  /** Writes. */
  static final class Out {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Out fixed(byte[] value) {
      bytes.writeBytes(value);
      return this;
    }

    Out bytes(byte[] value) {
      return number(value.length, 4).fixed(value);
    }

    Out address(Address address) {
      return fixed(address.toBytes());
    }

    Out hash(Hash32 hash) {
      return fixed(hash.toBytes());
    }

    Out number(long value, int length) {
      for (int i = 0; i < length; i++) {
        bytes.write(i < 8 ? (int) (value >>> 8 * i) : 0);
      }
      return this;
    }

    byte[] done() {
      return bytes.toByteArray();
    }
  }

  private ModelBytes() {}

  /** Stands for a signature scheme: only who knows the key and the message can make it. */
  static byte[] sign(byte[] key, byte[] message) {
    return Blake3.hash(new Out().bytes(key).fixed(message).done()).toBytes();
  }

  static boolean verify(byte[] key, byte[] message, byte[] signature) {
    return Arrays.equals(sign(key, message), signature);
  }

  /** What the treasury's signers sign: state-and-transactions 1.13. */
  static byte[] canonical(int domain, long nonce, byte[] payload) {
    final byte[] digest = Poseidon2.hash(payload).toBytes();
    return Poseidon2.hash(new Out().number(domain, 1).number(nonce, 8).fixed(digest).done())
        .toBytes();
  }

  /** What a commitment promises: state-and-transactions 1.14. */
  static Hash32 commitment(byte[] inner, Hash32 nonce) {
    final byte[] domain = "pyde-commit-reveal-v1".getBytes(StandardCharsets.US_ASCII);
    return Blake3.hash(new Out().fixed(domain).fixed(inner).hash(nonce).done());
  }
}
