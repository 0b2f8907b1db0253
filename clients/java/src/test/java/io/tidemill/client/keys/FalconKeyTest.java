package io.tidemill.client.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FalconKeyTest {
  @Test
  void shouldMakeTheSameKeyFromTheSameSeed() {
    final byte[] seed = new byte[32];
    seed[3] = 9;
    assertThat(FalconKey.fromSeed(seed).publicKey())
        .isEqualTo(FalconKey.fromSeed(seed).publicKey())
        .hasSize(897)
        .isNotEqualTo(FalconKey.devnet(0).publicKey());
    assertThat(FalconKey.fromSeed(seed).address())
        .isEqualTo(io.tidemill.client.tx.Address.ofPublicKey(FalconKey.fromSeed(seed).publicKey()));
  }

  @Test
  void shouldSignWithTheCompressedForm() {
    final FalconKey key = FalconKey.devnet(1);
    final byte[] signature = key.sign(new byte[] {1, 2, 3});
    assertThat(signature[0]).isEqualTo((byte) 0x39);
    assertThat(signature.length).isBetween(500, 700);
    assertThat(key.sign(new byte[] {1, 2, 3})).isNotEqualTo(signature);
  }

  @Test
  void shouldRefuseASeedOfAnotherLength() {
    assertThatThrownBy(() -> FalconKey.fromSeed(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
