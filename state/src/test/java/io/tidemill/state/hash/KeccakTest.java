package io.tidemill.state.hash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeccakTest {
  @Test
  void shouldUseTheOriginalPadding() {
    assertThat(Keccak.hash(new byte[0]).toHex())
        .isEqualTo("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  }
}
