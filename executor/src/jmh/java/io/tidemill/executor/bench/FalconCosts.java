package io.tidemill.executor.bench;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.signature.FalconVerifier;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyPairGenerator;
import org.bouncycastle.pqc.crypto.falcon.FalconParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPublicKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconSigner;

/** Verification of real signatures. */
final class FalconCosts {
  static final int SIGNATURES = 64;

  private final byte[] key = new byte[897];
  private final List<byte[]> messages = new ArrayList<>();
  private final List<byte[]> signatures = new ArrayList<>();

  FalconCosts() {
    final FalconKeyPairGenerator generator = new FalconKeyPairGenerator();
    generator.init(
        new FalconKeyGenerationParameters(new SecureRandom(), FalconParameters.falcon_512));
    final AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    key[0] = 9;
    System.arraycopy(((FalconPublicKeyParameters) pair.getPublic()).getH(), 0, key, 1, 896);
    final FalconSigner signer = new FalconSigner();
    signer.init(true, new ParametersWithRandom(pair.getPrivate(), new SecureRandom()));
    for (int i = 0; i < SIGNATURES; i++) {
      final byte[] message = new byte[32];
      message[0] = (byte) i;
      messages.add(message);
      signatures.add(
          signer.generateSignature(
              new BorshWriter(48)
                  .u8(0)
                  .u8(14)
                  .fixed("pyde-falcon-v1".getBytes(StandardCharsets.US_ASCII))
                  .fixed(message)
                  .toBytes()));
    }
  }

  /** Wall microseconds per verification with {@code threads} threads. */
  double wallMicros(int threads, double seconds) throws InterruptedException {
    double best = Double.MAX_VALUE;
    final long end = System.nanoTime() + (long) (seconds / 2 * 1e9);
    while (System.nanoTime() < end) {
      final List<Thread> workers = new ArrayList<>();
      final long start = System.nanoTime();
      for (int t = 0; t < threads; t++) {
        final Thread worker = new Thread(this::verifyAll20);
        workers.add(worker);
        worker.start();
      }
      for (Thread worker : workers) {
        worker.join();
      }
      final double each = 20.0 * SIGNATURES * threads;
      best = Math.min(best, (System.nanoTime() - start) / 1e3 / each);
    }
    return best;
  }

  private void verifyAll20() {
    for (int i = 0; i < 20; i++) {
      verifyAll();
    }
  }

  /** Verifies each signature once. */
  long verifyAll() {
    for (int i = 0; i < SIGNATURES; i++) {
      if (!FalconVerifier.INSTANCE.verify(key, messages.get(i), signatures.get(i))) {
        throw new IllegalStateException("a good signature was refused");
      }
    }
    return SIGNATURES;
  }
}
