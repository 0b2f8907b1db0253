package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.PLENTY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.junit.jupiter.api.Test;

/** Threshold envelopes can be opened by whoever holds the key, and are the same on every node. */
class ThresholdCryptoTest {
  private static final int OUT = 0x1000;
  private static final int LENGTH = 0x800;

  private final MLKEMPrivateKeyParameters secret =
      new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, new byte[64]);

  private byte[] encrypt(HostLab lab, byte[] plaintext, int times) {
    final LabInstance instance = lab.frame(PLENTY);
    instance.memory.write(0, plaintext);
    for (int i = 0; i < times; i++) {
      instance.memory.writeInt(LENGTH, 4_096);
      assertThat(ThresholdCrypto.encrypt(instance, 0, plaintext.length, OUT, LENGTH)).isZero();
    }
    return instance.memory.read(OUT, instance.memory.readInt(LENGTH));
  }

  private HostLab lab() {
    final HostLab lab = new HostLab();
    lab.threshold =
        new Threshold() {
          @Override
          public byte[] committeeKey() {
            return secret.getPublicKeyParameters().getEncoded();
          }

          @Override
          public byte[] plaintext(Hash32 ciphertextHash) {
            return new byte[] {42};
          }
        };
    return lab;
  }

  @Test
  void shouldOpenWithTheCommitteesKey() throws Exception {
    final byte[] plaintext = {1, 2, 3, 4, 5};
    final byte[] envelope = encrypt(lab(), plaintext, 1);
    assertThat(envelope).hasSize(1_088 + 12 + 5 + 16);
    final byte[] key = new MLKEMExtractor(secret).extractSecret(Arrays.copyOf(envelope, 1_088));
    final ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
    cipher.init(
        false,
        new AEADParameters(new KeyParameter(key), 128, Arrays.copyOfRange(envelope, 1_088, 1_100)));
    final byte[] opened = new byte[5];
    final int done = cipher.processBytes(envelope, 1_100, 21, opened, 0);
    cipher.doFinal(opened, done);
    assertThat(opened).isEqualTo(plaintext);
  }

  @Test
  void shouldBeDeterministicAndDifferPerCall() {
    final byte[] plaintext = {1, 2, 3};
    assertThat(encrypt(lab(), plaintext, 1)).isEqualTo(encrypt(lab(), plaintext, 1));
    assertThat(encrypt(lab(), plaintext, 2)).isNotEqualTo(encrypt(lab(), plaintext, 1));
  }

  @Test
  void shouldSayHowMuchRoomItNeeds() {
    final LabInstance instance = lab().frame(PLENTY);
    instance.memory.writeInt(LENGTH, 10);
    assertThat(ThresholdCrypto.encrypt(instance, 0, 5, OUT, LENGTH)).isEqualTo(-7);
    assertThat(instance.memory.readInt(LENGTH)).isEqualTo(1_121);
    instance.memory.writeInt(LENGTH, 0);
    assertThat(ThresholdCrypto.decrypt(instance, OUT, 1_121, OUT, LENGTH)).isEqualTo(-7);
    assertThat(instance.memory.readInt(LENGTH)).isEqualTo(1);
    assertThat(ThresholdCrypto.decrypt(instance, OUT, 1_121, OUT, LENGTH)).isZero();
    assertThat(instance.memory.read(OUT, 1)).containsExactly(42);
  }
}
