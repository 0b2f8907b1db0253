package io.tidemill.executor.signature;

import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.digests.SHAKEDigest;

/**
 * FALCON-512 with the framing of the chain: the hashed text is nonce 40, 0x00, 0x0E,
 * "pyde-falcon-v1", message.
 *
 * <p>Public key: 0x09 and 512 coefficients of 14 bits, big-endian, 897 bytes. Signature: a header,
 * the nonce of 40 bytes, s2. Header 0x59: 512 signed coefficients of 12 bits, exactly 809 bytes.
 * Header 0x39: Golomb-Rice codes, all bytes used, or 666 bytes padded with zeros. Accepted when the
 * squared norm of (c - s2 h, s2) is at most 34,034,726. Source: host-abi 7.4,
 * state-and-transactions 1.4.
 *
 * <p>Integer arithmetic only; total; no state between calls.
 */
public final class FalconVerifier implements SignatureVerifier {
  /** The length of a public key. */
  public static final int PUBLIC_KEY_BYTES = 897;

  /** The longest signature that is looked at. */
  public static final int MAX_SIGNATURE_BYTES = 1_024;

  /** The one instance. */
  public static final FalconVerifier INSTANCE = new FalconVerifier();

  private static final int N = NumberTransform.N;
  private static final int Q = NumberTransform.Q;
  private static final long MAX_SQUARED_NORM = 34_034_726L;
  private static final int PUBLIC_KEY_HEADER = 0x09;
  private static final int FIXED_HEADER = 0x59;
  private static final int COMPRESSED_HEADER = 0x39;
  private static final int FIXED_BYTES = 809;
  private static final int PADDED_BYTES = 666;
  private static final int NONCE_BYTES = 40;
  private static final int BODY = 1 + NONCE_BYTES;
  private static final int REJECTION_LIMIT = 5 * Q;
  private static final byte[] CONTEXT = context();

  private FalconVerifier() {}

  private static byte[] context() {
    final byte[] name = "pyde-falcon-v1".getBytes(StandardCharsets.US_ASCII);
    final byte[] context = new byte[2 + name.length];
    context[1] = (byte) name.length;
    System.arraycopy(name, 0, context, 2, name.length);
    return context;
  }

  /** Whether {@code key} is a well-formed public key. */
  public static boolean isPublicKey(byte[] key) {
    return decodePublicKey(key, new int[N]);
  }

  @Override
  public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    final int[] h = new int[N];
    final int[] s2 = new int[N];
    return decodePublicKey(publicKey, h)
        && decodeSignature(signature, s2)
        && isShort(h, s2, hashToPoint(signature, message));
  }

  private static boolean isShort(int[] h, int[] s2, int[] c) {
    long norm = 0;
    final int[] product = new int[N];
    for (int i = 0; i < N; i++) {
      norm += (long) s2[i] * s2[i];
      product[i] = s2[i] < 0 ? s2[i] + Q : s2[i];
    }
    NumberTransform.multiply(product, h);
    for (int i = 0; i < N; i++) {
      int s1 = c[i] - product[i];
      if (s1 < 0) {
        s1 += Q;
      }
      if (s1 > Q / 2) {
        s1 -= Q;
      }
      norm += (long) s1 * s1;
    }
    return norm <= MAX_SQUARED_NORM;
  }

  private static int[] hashToPoint(byte[] signature, byte[] message) {
    final SHAKEDigest shake = new SHAKEDigest(256);
    shake.update(signature, 1, NONCE_BYTES);
    shake.update(CONTEXT, 0, CONTEXT.length);
    shake.update(message, 0, message.length);
    final int[] point = new int[N];
    final byte[] block = new byte[136];
    int at = block.length;
    int filled = 0;
    while (filled < N) {
      if (at == block.length) {
        shake.doOutput(block, 0, block.length);
        at = 0;
      }
      final int word = (block[at] & 0xFF) << 8 | (block[at + 1] & 0xFF);
      at += 2;
      if (word < REJECTION_LIMIT) {
        point[filled++] = word % Q;
      }
    }
    return point;
  }

  private static boolean decodePublicKey(byte[] key, int[] h) {
    if (key.length != PUBLIC_KEY_BYTES || key[0] != PUBLIC_KEY_HEADER) {
      return false;
    }
    int at = 1;
    int bits = 0;
    int count = 0;
    for (int i = 0; i < N; i++) {
      while (count < 14) {
        bits = bits << 8 | (key[at++] & 0xFF);
        count += 8;
      }
      count -= 14;
      h[i] = bits >>> count & 0x3FFF;
      if (h[i] >= Q) {
        return false;
      }
    }
    return true;
  }

  private static boolean decodeSignature(byte[] signature, int[] s2) {
    if (signature.length <= BODY || signature.length > MAX_SIGNATURE_BYTES) {
      return false;
    }
    return switch (signature[0]) {
      case FIXED_HEADER -> signature.length == FIXED_BYTES && decodeFixed(signature, s2);
      case COMPRESSED_HEADER -> decodeCompressed(signature, s2);
      default -> false;
    };
  }

  private static boolean decodeFixed(byte[] signature, int[] s2) {
    int at = BODY;
    for (int i = 0; i < N; i += 2) {
      final int pair =
          (signature[at] & 0xFF) << 16
              | (signature[at + 1] & 0xFF) << 8
              | (signature[at + 2] & 0xFF);
      at += 3;
      s2[i] = pair << 8 >> 20;
      s2[i + 1] = pair << 20 >> 20;
      // -2048 has no positive counterpart and is not an encoding.
      if (s2[i] == -2048 || s2[i + 1] == -2048) {
        return false;
      }
    }
    return true;
  }

  /** Each coefficient: a sign bit, its seven low bits, the rest in unary ended by a one. */
  private static boolean decodeCompressed(byte[] signature, int[] s2) {
    int at = BODY;
    // The next `count` bits, right-aligned.
    long window = 0;
    int count = 0;
    for (int i = 0; i < N; i++) {
      while (count <= 48 && at < signature.length) {
        window = window << 8 | (signature[at++] & 0xFF);
        count += 8;
      }
      if (count < 9) {
        return false;
      }
      count -= 8;
      final int head = (int) (window >>> count) & 0xFF;
      final boolean negative = head > 127;
      final int zeros = Long.numberOfLeadingZeros(window << (64 - count));
      final int magnitude = (head & 127) + 128 * zeros;
      // Without a one in the window either the bytes are used up or the magnitude is too great.
      if (zeros >= count || magnitude > 2047 || (negative && magnitude == 0)) {
        return false;
      }
      count -= zeros + 1;
      s2[i] = negative ? -magnitude : magnitude;
    }
    return isPadding(signature, 8 * at - count);
  }

  private static boolean isPadding(byte[] signature, int from) {
    final int used = (from + 7) >>> 3;
    if (used != signature.length && signature.length != PADDED_BYTES) {
      return false;
    }
    for (int bit = from; bit < signature.length * 8; bit++) {
      if (bitAt(signature, bit) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int bitAt(byte[] bytes, int bit) {
    return bytes[bit >>> 3] >>> (7 - (bit & 7)) & 1;
  }
}
