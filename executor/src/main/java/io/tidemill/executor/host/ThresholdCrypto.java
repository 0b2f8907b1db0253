package io.tidemill.executor.host;

import io.tidemill.executor.wasm.Instance;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;
import org.jspecify.annotations.Nullable;

/**
 * Encryption to the threshold committee, and plaintexts that it has combined. What looks random is
 * derived, so that every node writes the same bytes. Source: host-abi 2.13, 7.5; decisions H5.
 *
 * <pre>envelope = ML-KEM-768 ciphertext 1088 | nonce 12 | ChaCha20-Poly1305 bytes len | tag 16
 * </pre>
 */
public final class ThresholdCrypto {
  private static final int KEM_LENGTH = 1_088;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_LENGTH = 16;
  private static final int OVERHEAD = KEM_LENGTH + NONCE_LENGTH + TAG_LENGTH;
  private static final int PUBLIC_KEY_LENGTH = 1_184;

  private static final byte[] COINS = "pyde-thr-enc-v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONCE = "pyde-thr-nonce-v1".getBytes(StandardCharsets.US_ASCII);

  private ThresholdCrypto() {}

  /**
   * Encrypts for the committee; -5 without one, -7 with the length when the buffer is too small.
   */
  public static int encrypt(Instance instance, int plain, int length, int out, int outLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.THRESHOLD_ENCRYPT);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    // No text bounds the plaintext; a stored value's bound applies.
    if (length < 0 || length > context.tx.limits.maxStorageValueBytes()) {
      return HostCode.INVALID_INPUT;
    }
    context.chargeBytes(instance, HostFunction.THRESHOLD_ENCRYPT, length);
    final byte[] plaintext = instance.memory.read(plain, length);
    final long capacity = instance.memory.readInt(outLength) & 0xFFFFFFFFL;
    final MLKEMPublicKeyParameters key = key(context.tx.scope.threshold().committeeKey());
    if (key == null) {
      return HostCode.FORBIDDEN;
    }
    if (OVERHEAD + length > capacity) {
      instance.memory.writeInt(outLength, OVERHEAD + length);
      return HostCode.OUTPUT_BUFFER_TOO_SMALL;
    }
    instance.memory.check(out, OVERHEAD + length);
    instance.memory.write(out, envelope(context, key, plaintext));
    instance.memory.writeInt(outLength, OVERHEAD + length);
    return HostCode.OK;
  }

  /** Looks a combined plaintext up; -16 for no envelope, -5 while it is not combined. */
  public static int decrypt(Instance instance, int cipher, int length, int out, int outLength) {
    final CallContext context = CallContext.enter(instance, HostFunction.THRESHOLD_DECRYPT);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    if (length < OVERHEAD || length > OVERHEAD + context.tx.limits.maxStorageValueBytes()) {
      return HostCode.CIPHERTEXT_INVALID;
    }
    context.chargeBytes(instance, HostFunction.THRESHOLD_DECRYPT, length);
    final byte[] ciphertext = instance.memory.read(cipher, length);
    final long capacity = instance.memory.readInt(outLength) & 0xFFFFFFFFL;
    final byte[] plaintext = context.tx.scope.threshold().plaintext(Blake3.hash(ciphertext));
    if (plaintext == null) {
      return HostCode.FORBIDDEN;
    }
    if (plaintext.length > capacity) {
      instance.memory.writeInt(outLength, plaintext.length);
      return HostCode.OUTPUT_BUFFER_TOO_SMALL;
    }
    instance.memory.write(out, plaintext);
    instance.memory.writeInt(outLength, plaintext.length);
    return HostCode.OK;
  }

  /** The committee's key, or null when there is none or it is not one. */
  private static @Nullable MLKEMPublicKeyParameters key(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length != PUBLIC_KEY_LENGTH) {
      return null;
    }
    try {
      return new MLKEMPublicKeyParameters(MLKEMParameters.ml_kem_768, bytes);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte[] envelope(
      CallContext context, MLKEMPublicKeyParameters key, byte[] plaintext) {
    final byte[] coins = coins(context, plaintext);
    final SecretWithEncapsulation kem = MLKEMGenerator.internalGenerateEncapsulated(key, coins);
    final byte[] noncePreimage = Arrays.copyOf(NONCE, NONCE.length + coins.length);
    System.arraycopy(coins, 0, noncePreimage, NONCE.length, coins.length);
    final byte[] nonce = Arrays.copyOf(Blake3.hash(noncePreimage).toBytes(), NONCE_LENGTH);

    final byte[] envelope = Arrays.copyOf(kem.getEncapsulation(), OVERHEAD + plaintext.length);
    System.arraycopy(nonce, 0, envelope, KEM_LENGTH, NONCE_LENGTH);
    final ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
    cipher.init(true, new AEADParameters(new KeyParameter(kem.getSecret()), 8 * TAG_LENGTH, nonce));
    final int from = KEM_LENGTH + NONCE_LENGTH;
    final int done = cipher.processBytes(plaintext, 0, plaintext.length, envelope, from);
    try {
      cipher.doFinal(envelope, from + done);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("encryption checks no tag", e);
    }
    return envelope;
  }

  /** Blake3(domain, beacon, transaction hash, self, u32 ordinal, plaintext). */
  private static byte[] coins(CallContext context, byte[] plaintext) {
    final ByteBuffer preimage =
        ByteBuffer.allocate(COINS.length + 3 * Hash32.LENGTH + 4 + plaintext.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(COINS)
            .put(context.tx.scope.wave().beacon().toBytes())
            .put(context.tx.scope.transactionHash().toBytes())
            .put(context.self.toBytes())
            .putInt(context.tx.encryptions++)
            .put(plaintext);
    return Blake3.hash(preimage.array()).toBytes();
  }
}
