package io.tidemill.client.keys;

import io.tidemill.client.hash.Blake3;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.Transaction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyPairGenerator;
import org.bouncycastle.pqc.crypto.falcon.FalconParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPrivateKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPublicKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconSigner;

/**
 * A FALCON-512 key pair of an account.
 *
 * <p>Signatures are of the compressed form (header 0x39, about 650 bytes) over 0x00, 0x0E,
 * "pyde-falcon-v1" and the message. They are randomized: two signatures of one message differ.
 */
public final class FalconKey {
  /** The bytes of a seed. */
  public static final int SEED_BYTES = 32;

  private static final byte[] CONTEXT =
      "\0\u000epyde-falcon-v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte PUBLIC_KEY_HEADER = 0x09;

  private final FalconPrivateKeyParameters privateKey;
  private final byte[] publicKey;

  private FalconKey(FalconPrivateKeyParameters privateKey, byte[] publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /**
   * The key of {@code seed}: the key generator of FALCON fed with SHAKE256(seed).
   *
   * @throws IllegalArgumentException unless there are 32 bytes
   */
  public static FalconKey fromSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("a seed has 32 bytes, got " + seed.length);
    }
    final FalconKeyPairGenerator generator = new FalconKeyPairGenerator();
    generator.init(
        new FalconKeyGenerationParameters(new SeededRandom(seed), FalconParameters.falcon_512));
    final AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    final byte[] h = ((FalconPublicKeyParameters) pair.getPublic()).getH();
    final byte[] publicKey = new byte[1 + h.length];
    publicKey[0] = PUBLIC_KEY_HEADER;
    System.arraycopy(h, 0, publicKey, 1, h.length);
    return new FalconKey((FalconPrivateKeyParameters) pair.getPrivate(), publicKey);
  }

  /** A fresh random key. */
  public static FalconKey random() {
    return fromSeed(randomSeed());
  }

  /** A fresh random seed. */
  public static byte[] randomSeed() {
    final byte[] seed = new byte[SEED_BYTES];
    new SecureRandom().nextBytes(seed);
    return seed;
  }

  /** The seed of a developer account: Blake3("pyde-devnet-v1/", index u64 little-endian). */
  public static byte[] devnetSeed(long index) {
    final byte[] prefix = "pyde-devnet-v1/".getBytes(StandardCharsets.US_ASCII);
    final byte[] preimage =
        ByteBuffer.allocate(prefix.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(prefix)
            .putLong(index)
            .array();
    return Blake3.hash(preimage);
  }

  /**
   * The key of developer account {@code index}. Everybody has it: for chains of developers only.
   */
  public static FalconKey devnet(long index) {
    return fromSeed(devnetSeed(index));
  }

  /** The 897 bytes of the public key. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** The account that the key opens. */
  public Address address() {
    return Address.ofPublicKey(publicKey);
  }

  /** A signature of {@code message}. */
  public byte[] sign(byte[] message) {
    final byte[] framed = new byte[CONTEXT.length + message.length];
    System.arraycopy(CONTEXT, 0, framed, 0, CONTEXT.length);
    System.arraycopy(message, 0, framed, CONTEXT.length, message.length);
    final FalconSigner signer = new FalconSigner();
    signer.init(true, new ParametersWithRandom(privateKey, new SecureRandom()));
    return signer.generateSignature(framed);
  }

  /** {@code transaction} with its signature by this key. */
  public Transaction sign(Transaction transaction) {
    return transaction.signedBy(this::sign);
  }

  /** Hands out SHAKE256(seed); makes the key generator a function of the seed. */
  private static final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient SHAKEDigest stream = new SHAKEDigest(256);

    SeededRandom(byte[] seed) {
      super(null, null);
      stream.update(seed, 0, seed.length);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      stream.doOutput(bytes, 0, bytes.length);
    }
  }
}
