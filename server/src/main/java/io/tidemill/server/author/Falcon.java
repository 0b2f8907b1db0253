package io.tidemill.server.author;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyPairGenerator;
import org.bouncycastle.pqc.crypto.falcon.FalconParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPublicKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconSigner;

/**
 * A FALCON-512 key pair of a test account. Keys and signatures come from the account's name alone,
 * so that a failure reproduces. Sources: manifest-and-tests 2.3 and 2.8, host-abi 7.4.
 */
final class Falcon {
  /** Bytes of a public key: a header and 512 coefficients of 14 bits. */
  static final int PUBLIC_KEY = 897;

  private static final byte PUBLIC_HEADER = 0x09;
  private static final byte[] CONTEXT =
      "\0\u000epyde-falcon-v1".getBytes(StandardCharsets.US_ASCII);

  private final AsymmetricCipherKeyPair pair;
  private final String name;

  private Falcon(String name, AsymmetricCipherKeyPair pair) {
    this.name = name;
    this.pair = pair;
  }

  /** The key pair of the account called {@code name}. */
  static Falcon ofName(String name) {
    final FalconKeyPairGenerator generator = new FalconKeyPairGenerator();
    generator.init(
        new FalconKeyGenerationParameters(
            new Stream("tidemill test key" + name), FalconParameters.falcon_512));
    return new Falcon(name, generator.generateKeyPair());
  }

  /** The 897 bytes of the public key. */
  byte[] publicKey() {
    final byte[] coefficients = ((FalconPublicKeyParameters) pair.getPublic()).getH();
    final byte[] key = new byte[PUBLIC_KEY];
    key[0] = PUBLIC_HEADER;
    System.arraycopy(coefficients, 0, key, 1, coefficients.length);
    return key;
  }

  /** A signature of {@code message} with the chain's context in front. */
  byte[] sign(byte[] message) {
    final byte[] framed = new byte[CONTEXT.length + message.length];
    System.arraycopy(CONTEXT, 0, framed, 0, CONTEXT.length);
    System.arraycopy(message, 0, framed, CONTEXT.length, message.length);
    final FalconSigner signer = new FalconSigner();
    signer.init(
        true,
        new ParametersWithRandom(
            pair.getPrivate(),
            new Stream("tidemill test signature" + name + Blake3.hash(message).toHex())));
    return signer.generateSignature(framed);
  }

  /** Random to the algorithm, the same in every run: blocks of Blake3 over a seed and a counter. */
  private static final class Stream extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;
    private long block;

    Stream(String seed) {
      this.seed = Blake3.hash(seed.getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    @Override
    public synchronized void nextBytes(byte[] target) {
      final byte[] input = new byte[Hash32.LENGTH + 8];
      System.arraycopy(seed, 0, input, 0, Hash32.LENGTH);
      for (int at = 0; at < target.length; at += Hash32.LENGTH) {
        for (int i = 0; i < 8; i++) {
          input[Hash32.LENGTH + i] = (byte) (block >>> (8 * i));
        }
        block++;
        final byte[] output = Blake3.hash(input).toBytes();
        System.arraycopy(output, 0, target, at, Math.min(Hash32.LENGTH, target.length - at));
      }
    }
  }
}
